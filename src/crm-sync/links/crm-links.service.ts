import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Caller } from '../../auth/caller.js';
import { Conflict, InvalidInput, NotFound } from '../../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../common/http/page.js';
import { uuidV7 } from '../../common/ids/uuid-v7.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { isCrm } from '../../crm/crm-platform.js';
import { firstRowOf } from '../../database/rows.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { inTransaction } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { enqueueJobs } from '../../outbox/job.js';
import { ChangeTable } from '../changes/change-table.js';
import { linkJobOf } from '../linking/crm-link.js';
import {
  linkColumns,
  toCrmLinkDto,
  type CreateCrmLink,
  type CrmLinkDto,
  type CrmLinkRow,
  type CrmLinksQuery,
} from './crm-link.dto.js';
import { LinkedHistory } from './linked-history.js';

const cursorKind = 'crm-links';

/** Says which records spaces belong to. */
@Injectable()
export class CrmLinksService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly connections: ConnectionsService,
    private readonly table: ChangeTable,
    private readonly history: LinkedHistory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /**
   * Links a space to a record; what was said there since is written in the CRM. Throws `NotFound` for an unknown space or CRM
   * connection, `InvalidInput` for a kind of record that the CRM does not have, and `Conflict` where they are linked already.
   */
  async create(caller: Caller, request: CreateCrmLink): Promise<CrmLinkDto> {
    const { tenantId } = caller;
    const { connectionId, spaceId, record } = request;
    const { connection } = await this.connections.get(tenantId, connectionId, 'crm');
    this.#checkKind(connection.platform, record.kind);
    const space = await this.reads.first(tenantId, `select 1 from spaces where tenant_id = $1 and id = $2`, [
      tenantId,
      spaceId,
    ]);
    if (space === undefined) throw new NotFound({ detail: 'There is no such space.' });
    return inTransaction(this.dataSource, async (tx) => {
      const row = await firstRowOf<CrmLinkRow>(
        tx,
        `insert into crm_links (id, tenant_id, connection_id, space_id, record_kind, record_external_id, state, reason,
                                confidence, evidence, since, made_by, tells)
         values ($1, $2, $3, $4, $5, $6, 'active', 'by-hand', 1, '{}',
                 coalesce($7::timestamptz, date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'), $8, $9)
         on conflict (space_id, connection_id, record_kind, record_external_id) where state <> 'removed' do update set
           state = 'active', reason = 'by-hand', confidence = 1, made_by = excluded.made_by, since = excluded.since, tells = excluded.tells
           where crm_links.state = 'suggested'
         returning ${linkColumns}`,
        [
          uuidV7(),
          tenantId,
          connectionId,
          spaceId,
          record.kind,
          record.externalId,
          request.since,
          caller.subject,
          request.tells,
        ],
      );
      if (row === undefined) throw new Conflict({ detail: 'The space is linked to that record already.' });
      await this.history.want(row.id, tx);
      // Who its people are in the CRM is looked up for every space that is linked.
      await enqueueJobs([linkJobOf(tenantId, connectionId, spaceId)], tx);
      return toCrmLinkDto(row);
    });
  }

  /** Newest first. */
  async page(tenantId: string, query: CrmLinksQuery): Promise<Page<CrmLinkDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.spaceId, (place) => `space_id = ${place}`)
      .and(query.state, (place) => `state = ${place}`)
      .and(query.recordExternalId, (place) => `record_external_id = ${place}`);
    const rows = await this.reads.rows<CrmLinkRow>(
      tenantId,
      `select ${linkColumns} from crm_links where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toCrmLinkDto);
  }

  /** Throws `NotFound` for an unknown link and for another tenant's. */
  async get(tenantId: string, id: string): Promise<CrmLinkDto> {
    const row = await this.reads.first<CrmLinkRow>(
      tenantId,
      `select ${linkColumns} from crm_links where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such link.' });
    return toCrmLinkDto(row);
  }

  /**
   * Makes a suggestion a link, by somebody who knows; what was said there since it was suggested is written in the CRM. One that is
   * active already stays as it is. Throws as `get`, and `Conflict` for one that was removed or whose CRM is not connected any more.
   */
  async confirm(caller: Caller, id: string): Promise<CrmLinkDto> {
    const { tenantId, subject } = caller;
    await inTransaction(this.dataSource, async (tx) => {
      const link = await firstRowOf<CrmLinkRow>(
        tx,
        `select ${linkColumns} from crm_links where tenant_id = $1 and id = $2 for update`,
        [tenantId, id],
      );
      if (link === undefined) throw new NotFound({ detail: 'There is no such link.' });
      if (link.state === 'active') return;
      if (link.state === 'removed') throw new Conflict({ detail: 'The link was removed; make it again by hand.' });
      const connection = await firstRowOf(
        tx,
        `select 1 from connections where tenant_id = $1 and id = $2 and deleted_at is null`,
        [tenantId, link.connectionId],
      );
      if (connection === undefined) throw new Conflict({ detail: 'The CRM is not connected any more.' });
      await tx.query(
        `update crm_links set state = 'active', confirmed_by = $2, confirmed_at = clock_timestamp() where id = $1`,
        [id, subject],
      );
      await this.history.want(id, tx);
    });
    return this.get(tenantId, id);
  }

  /**
   * Undoes a link or dismisses a suggestion, which no rule makes again: nothing more is written for it, and what was written is taken back unless it shall stay. It remains as history
   * and may be made again. Throws as `get`; one that was undone before is left as it is.
   */
  async remove(caller: Caller, id: string, entries: 'remove' | 'keep'): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const row = await firstRowOf<CrmLinkRow & { readonly wasRemoved: boolean }>(
        tx,
        `select ${linkColumns}, state = 'removed' as "wasRemoved" from crm_links where tenant_id = $1 and id = $2
         for update`,
        [caller.tenantId, id],
      );
      if (row === undefined) throw new NotFound({ detail: 'There is no such link.' });
      if (row.wasRemoved) return;
      await tx.query(
        `update crm_links set state = 'removed', removed_at = clock_timestamp(), removed_by = $2 where id = $1`,
        [id, caller.subject],
      );
      await this.table.unlink(id, entries, tx);
    });
  }

  #checkKind(platformId: string, kind: string): void {
    const platform = this.platforms.find(({ id }) => id === platformId);
    const kinds: readonly string[] = platform !== undefined && isCrm(platform) ? platform.connector.recordKinds : [];
    if (kinds.includes(kind)) return;
    throw new InvalidInput({
      detail: `${platformId} has ${kinds.join(', ')}.`,
      faults: [{ pointer: '/record/kind', detail: 'is none of these' }],
    });
  }
}
