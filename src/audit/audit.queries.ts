import { Injectable } from '@nestjs/common';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { type AuditQuery, type AuditRecordDto } from './audit.dto.js';

type AuditRow = Omit<AuditRecordDto, 'at'> & { readonly at: Date };

const cursorKind = 'audit';

@Injectable()
export class AuditQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Newest first. Numbers are given in the order of time, so a page begins where the last one ended. */
  async page(tenantId: string, query: AuditQuery): Promise<Page<AuditRecordDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const isNoun = query.act?.endsWith('.') === true;
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.subject, (place) => `subject = ${place}`)
      .and(query.act, (place) => (isNoun ? `starts_with(act, ${place})` : `act = ${place}`))
      .and(query.outcome, (place) => `outcome = ${place}`)
      .and(query.target, (place) => `${place} = any(targets)`)
      .and(query.requestId, (place) => `request_id = ${place}`)
      .and(query.since, (place) => `at >= ${place}`)
      .and(query.until, (place) => `at < ${place}`);
    const rows = await this.reads.rows<AuditRow>(
      tenantId,
      `select id, at, subject, act, outcome, reason, targets, parameters, items, request_id as "requestId", address
       from audit_log where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(
      rows,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (row) => ({ ...row, at: row.at.toISOString() }),
    );
  }
}
