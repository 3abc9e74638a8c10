import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Caller } from '../../auth/caller.js';
import { Conflict, NotFound } from '../../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../common/http/page.js';
import { invalidInput } from '../../common/http/validation.js';
import { uuidV7 } from '../../common/ids/uuid-v7.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { type Connector } from '../../crm/connector.js';
import { isCrm } from '../../crm/crm-platform.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { firstRowOf } from '../../database/rows.js';
import { inTransaction } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { compileMapping, type CompiledMapping } from './compiled-mapping.js';
import {
  mappingColumns,
  toCrmMappingDto,
  type CrmMappingDto,
  type CrmMappingRow,
  type CrmMappingsQuery,
  type MappingDto,
  type SaveCrmMapping,
} from './crm-mapping.dto.js';
import { currentVersion } from './mapping-versions.js';
import { rowsIn } from './row-source.js';

const cursorKind = 'crm-mappings';

/** Versions of mappings, which are saved and never changed. */
@Injectable()
export class CrmMappingsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly connections: ConnectionsService,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /**
   * Saves the next version, by which everything is written that happens from then on. Throws `NotFound` for an unknown CRM
   * connection, `InvalidInput` with every place that is wrong, and `Conflict` where another version than `replaces` is current.
   */
  async save(caller: Caller, { connectionId, mapping, replaces, note }: SaveCrmMapping): Promise<CrmMappingDto> {
    const { tenantId, subject } = caller;
    await this.compile(tenantId, connectionId, mapping);
    return inTransaction(this.dataSource, async (tx) => {
      const version = await currentVersion(connectionId, rowsIn(tx));
      if (replaces !== undefined && replaces !== version) {
        throw new Conflict({ detail: `Version ${version} is the current one.` });
      }
      const row = await firstRowOf<CrmMappingRow>(
        tx,
        `insert into crm_mappings as m (id, tenant_id, connection_id, version, document, note, made_by)
         values ($1, $2, $3, $4, $5, $6, $7) on conflict (connection_id, version) do nothing returning ${mappingColumns}`,
        [uuidV7(), tenantId, connectionId, version + 1, JSON.stringify(mapping), note ?? null, subject],
      );
      if (row === undefined) throw new Conflict({ detail: 'Somebody else has saved a version at this moment.' });
      return toCrmMappingDto({ ...row, isCurrent: true });
    });
  }

  /** Newest first. */
  async page(tenantId: string, query: CrmMappingsQuery): Promise<Page<CrmMappingDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const rows = await this.reads.rows<CrmMappingRow>(
      tenantId,
      `select ${mappingColumns} from crm_mappings m where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toCrmMappingDto);
  }

  /** Throws `NotFound` for an unknown version and for another tenant's. */
  async get(tenantId: string, id: string): Promise<CrmMappingDto> {
    const row = await this.reads.first<CrmMappingRow>(
      tenantId,
      `select ${mappingColumns} from crm_mappings m where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such version of a mapping.' });
    return toCrmMappingDto(row);
  }

  /** The document as a mapping of that connection. Throws `NotFound` and `InvalidInput` as `save` does. */
  async compile(tenantId: string, connectionId: string, mapping: MappingDto): Promise<CompiledMapping> {
    const compiled = compileMapping(mapping, await this.connectorOf(tenantId, connectionId), '/mapping');
    if (!compiled.ok) throw invalidInput(compiled.faults);
    return compiled.mapping;
  }

  /** What the connection's CRM can do. Throws `NotFound` for an unknown CRM connection. */
  async connectorOf(tenantId: string, connectionId: string): Promise<Connector> {
    const { connection } = await this.connections.get(tenantId, connectionId, 'crm');
    const platform = this.platforms.find(({ id }) => id === connection.platform);
    if (platform === undefined || !isCrm(platform)) throw new NotFound({ detail: 'There is no such connection.' });
    return platform.connector;
  }
}
