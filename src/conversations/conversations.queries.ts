import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { toConversationDto, type ConversationDto, type ConversationsQuery } from './conversation.dto.js';
import { type ConversationRow } from './conversation.state.js';

const cursorKind = 'conversations';

@Injectable()
export class ConversationsQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Newest first. */
  async page(tenantId: string, query: ConversationsQuery): Promise<Page<ConversationDto>> {
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.spaceId, (place) => `space_id = ${place}`)
      .and(query.externalId, (place) => `external_id = ${place}`)
      .and(query.since, (place) => `sort_at >= ${place}`)
      .and(query.until, (place) => `sort_at < ${place}`);
    if (query.state !== undefined) where.always(query.state === 'ended' ? 'ended_at is not null' : 'ended_at is null');
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(cursorKind, ['time', 'id'], query.cursor);
      where.always(`(sort_at, id) < (${where.place(at)}::timestamptz, ${where.place(id)}::uuid)`);
    }
    const rows = await this.reads.rows<ConversationRow>(
      tenantId,
      `select * from conversations where ${where.sql}
       order by sort_at desc, id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(
      rows,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.sort_at.toISOString(), row.id]),
      toConversationDto,
    );
  }

  /** Throws `NotFound` for an unknown conversation and for another tenant's. */
  async get(tenantId: string, id: string): Promise<ConversationDto> {
    const row = await this.reads.first<ConversationRow>(
      tenantId,
      `select * from conversations where id = $1 and tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such conversation.' });
    return toConversationDto(row);
  }
}
