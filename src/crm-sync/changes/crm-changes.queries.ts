import { Injectable } from '@nestjs/common';
import { NotFound } from '../../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { Where } from '../../database/where.js';
import {
  changeColumns,
  toCrmChangeDto,
  type CrmChangeAttemptRow,
  type CrmChangeDto,
  type CrmChangeRow,
  type CrmChangesQuery,
} from './crm-change.dto.js';

const cursorKind = 'crm-changes';
const attemptsAtMost = 10;

const attemptsOf = `
  select * from (
    select change_id as "changeId", number, act, started_at as "startedAt", ended_at as "endedAt", outcome, reason,
           row_number() over (partition by change_id order by number desc) as place
    from crm_change_attempts where change_id = any($1::uuid[]) and tenant_id = $2
  ) a where place <= ${attemptsAtMost} order by "changeId", number desc`;

/** What was synced, what waits, what failed, and why. */
@Injectable()
export class CrmChangesQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Newest first, by the time of the link that brought them and its days. */
  async page(tenantId: string, query: CrmChangesQuery): Promise<Page<CrmChangeDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.spaceId, (place) => `space_id = ${place}`)
      .and(query.linkId, (place) => `link_id = ${place}`)
      .and(query.state, (place) => `state = ${place}`)
      .and(query.fault, (place) => `fault = ${place}`);
    const rows = await this.reads.rows<CrmChangeRow>(
      tenantId,
      `select ${changeColumns} from crm_changes where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    const attempts = await this.#attemptsOf(tenantId, rows);
    return toPage(
      rows,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (row) => toCrmChangeDto(row, attempts.get(row.id) ?? []),
    );
  }

  /** Throws `NotFound` for an unknown change and for another tenant's. */
  async get(tenantId: string, id: string): Promise<CrmChangeDto> {
    const row = await this.reads.first<CrmChangeRow>(
      tenantId,
      `select ${changeColumns} from crm_changes where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such change.' });
    return toCrmChangeDto(row, (await this.#attemptsOf(tenantId, [row])).get(row.id) ?? []);
  }

  async #attemptsOf(
    tenantId: string,
    changes: readonly CrmChangeRow[],
  ): Promise<ReadonlyMap<string, readonly CrmChangeAttemptRow[]>> {
    const byChange = new Map<string, CrmChangeAttemptRow[]>(changes.map(({ id }) => [id, []]));
    if (changes.length === 0) return byChange;
    const rows = await this.reads.rows<CrmChangeAttemptRow>(tenantId, attemptsOf, [[...byChange.keys()], tenantId]);
    for (const row of rows) byChange.get(row.changeId)?.push(row);
    return byChange;
  }
}
