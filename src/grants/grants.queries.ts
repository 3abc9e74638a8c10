import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { grantColumns, type GrantRow } from '../tokens/grant-table.js';
import { toGrantDto, type GrantDto, type GrantsQuery } from './grant.dto.js';
import { ReconnectLinks } from './reconnect-links.js';

const cursorKind = 'grants';

@Injectable()
export class GrantsQueries {
  constructor(
    private readonly reads: TenantReads,
    private readonly links: ReconnectLinks,
  ) {}

  /** Newest first. */
  async page(tenantId: string, query: GrantsQuery): Promise<Page<GrantDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.state, (place) => `state = ${place}`)
      .and(query.subject, (place) => `subject_external_id = ${place}`);
    const rows = await this.reads.rows<GrantRow>(
      tenantId,
      `select ${grantColumns} from grants where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(
      rows,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (row) => this.#dto(row),
    );
  }

  /** Throws `NotFound` for an unknown grant and for another tenant's. */
  async get(tenantId: string, id: string): Promise<GrantDto> {
    const row = await this.reads.first<GrantRow>(
      tenantId,
      `select ${grantColumns} from grants where id = $1 and tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such grant.' });
    return this.#dto(row);
  }

  #dto(row: GrantRow): GrantDto {
    return toGrantDto(row, row.state === 'needs-reauthorization' ? this.links.linkTo(row) : null);
  }
}
