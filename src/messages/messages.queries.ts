import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { type TimedQuery } from '../common/http/query.dto.js';
import { rowsOf } from '../database/rows.js';
import { Where } from '../database/where.js';
import { isVisibleAnnotationSql, type AnnotationRow } from './annotation.state.js';
import {
  toAnnotationDto,
  toMessageDto,
  toReactionDto,
  type AnnotationDto,
  type AnnotationsQuery,
  type MessageDto,
  type MessagesQuery,
  type Named,
  type ReactionDto,
  type ReactionsQuery,
} from './message.dto.js';
import { hasWordsSql } from './message-search.js';
import { type MessageRow } from './message.state.js';
import { isVisibleReactionSql, type ReactionRow } from './reaction.state.js';

type Ordered = TimedQuery & { readonly order: 'asc' | 'desc' };

/** The name that the author of row `alias` goes by in its space, where a fact has told it. */
function knownName(alias: string, authorColumn: string): string {
  return `(select display_name from members where members.space_id = ${alias}.space_id
           and members.external_id = ${alias}.${authorColumn} limit 1) as known_name`;
}

@Injectable()
export class MessagesQueries {
  constructor(private readonly dataSource: DataSource) {}

  async page(tenantId: string, query: MessagesQuery): Promise<Page<MessageDto>> {
    const where = this.#where('m', tenantId, query, 'messages')
      .and(query.externalId, (place) => `m.external_id = ${place}`)
      .and(query.authorId, (place) => `m.author_external_id = ${place}`);
    if (query.q !== undefined) where.always(hasWordsSql(where.place(query.q), where.place(tenantId)));
    const rows = await this.#select<Named<MessageRow>>(
      `select m.*, ${knownName('m', 'author_external_id')} from messages m`,
      'm',
      where,
      query,
    );
    const annotations = await this.#annotationsOf(rows.slice(0, query.limit).map((row) => row.id));
    return toPage(rows, query.limit, cursorOf('messages'), (row) => toMessageDto(row, annotations.get(row.id) ?? []));
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async ofSpace(tenantId: string, spaceId: string, query: MessagesQuery): Promise<Page<MessageDto>> {
    const spaces = await rowsOf(this.dataSource, `select id from spaces where id = $1 and tenant_id = $2`, [
      spaceId,
      tenantId,
    ]);
    if (spaces.length === 0) throw new NotFound({ detail: 'There is no such space.' });
    return this.page(tenantId, { ...query, spaceId });
  }

  /** Throws `NotFound` for an unknown message and for another tenant's. */
  async get(tenantId: string, id: string): Promise<MessageDto> {
    const [row] = await rowsOf<Named<MessageRow>>(
      this.dataSource,
      `select m.*, ${knownName('m', 'author_external_id')} from messages m where m.id = $1 and m.tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such message.' });
    return toMessageDto(row, (await this.#annotationsOf([id])).get(id) ?? []);
  }

  async annotations(tenantId: string, query: AnnotationsQuery): Promise<Page<AnnotationDto>> {
    const where = this.#where('a', tenantId, query, 'annotations')
      .and(query.externalId, (place) => `a.external_id = ${place}`)
      .and(query.authorId, (place) => `a.author_external_id = ${place}`)
      .and(query.type, (place) => `a.type = ${place}`)
      .always(isVisibleAnnotationSql);
    const rows = await this.#select<Named<AnnotationRow>>(
      `select a.*, ${knownName('a', 'author_external_id')}
       from annotations a left join messages m on m.id = a.message_id`,
      'a',
      where,
      query,
    );
    return toPage(rows, query.limit, cursorOf('annotations'), toAnnotationDto);
  }

  async reactions(tenantId: string, query: ReactionsQuery): Promise<Page<ReactionDto>> {
    const where = this.#where('r', tenantId, query, 'reactions')
      .and(query.externalId, (place) => `r.external_id = ${place}`)
      .and(query.authorId, (place) => `r.user_external_id = ${place}`)
      .and(query.type, (place) => `r.reaction = ${place}`)
      .always(isVisibleReactionSql);
    const rows = await this.#select<Named<ReactionRow>>(
      `select r.*, ${knownName('r', 'user_external_id')}
       from reactions r left join messages m on m.id = r.message_id`,
      'r',
      where,
      query,
    );
    return toPage(rows, query.limit, cursorOf('reactions'), toReactionDto);
  }

  #where(alias: string, tenantId: string, query: Ordered, cursorKind: string): Where {
    const where = new Where()
      .and(tenantId, (place) => `${alias}.tenant_id = ${place}`)
      .and(query.connectionId, (place) => `${alias}.connection_id = ${place}`)
      .and(query.spaceId, (place) => `${alias}.space_id = ${place}`)
      .and(query.since, (place) => `${alias}.sort_at >= ${place}`)
      .and(query.until, (place) => `${alias}.sort_at < ${place}`);
    if (query.cursor !== undefined) {
      const [at, id] = decodeCursor(cursorKind, ['time', 'id'], query.cursor);
      const beyond = query.order === 'asc' ? '>' : '<';
      where.always(
        `(${alias}.sort_at, ${alias}.id) ${beyond} (${where.place(at)}::timestamptz, ${where.place(id)}::uuid)`,
      );
    }
    return where;
  }

  #select<Row>(select: string, alias: string, where: Where, query: Ordered): Promise<Row[]> {
    const order = query.order === 'asc' ? 'asc' : 'desc';
    const sql = `${select} where ${where.sql}
      order by ${alias}.sort_at ${order}, ${alias}.id ${order} limit ${where.place(query.limit + 1)}`;
    return rowsOf<Row>(this.dataSource, sql, where.parameters);
  }

  async #annotationsOf(messageIds: readonly string[]): Promise<Map<string, Named<AnnotationRow>[]>> {
    const byMessage = new Map<string, Named<AnnotationRow>[]>();
    if (messageIds.length === 0) return byMessage;
    const rows = await rowsOf<Named<AnnotationRow>>(
      this.dataSource,
      `select a.*, ${knownName('a', 'author_external_id')}
       from annotations a left join messages m on m.id = a.message_id
       where a.message_id = any($1::uuid[]) and ${isVisibleAnnotationSql} order by a.sort_at, a.id`,
      [messageIds],
    );
    for (const row of rows) {
      const list = byMessage.get(row.message_id ?? '');
      if (list === undefined) byMessage.set(row.message_id ?? '', [row]);
      else list.push(row);
    }
    return byMessage;
  }
}

function cursorOf(kind: string): (row: { readonly sort_at: Date; readonly id: string }) => string {
  return (row) => encodeCursor(kind, [row.sort_at.toISOString(), row.id]);
}
