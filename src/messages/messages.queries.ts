import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { type PastQuery } from '../events/past/past.dto.js';
import { pastOf } from '../events/past/past.js';
import { toAnnotationDto, type AnnotationDto, type AnnotationsQuery } from './annotation.dto.js';
import { isVisibleAnnotationSql, type AnnotationRow } from './annotation.state.js';
import { type Named, type OrderedQuery } from './author.dto.js';
import { toMessageDto, type MessageDto, type MessagesQuery } from './message.dto.js';
import { knownName, MessagesById } from './messages-by-id.queries.js';
import { type MessageRow } from './message.state.js';
import { PastAnnotations } from './past/past-annotations.js';
import { PastMessages } from './past/past-messages.js';
import { PastReactions } from './past/past-reactions.js';
import { toReactionDto, type ReactionDto, type ReactionsQuery } from './reaction.dto.js';
import { isVisibleReactionSql, type ReactionRow } from './reaction.state.js';
import { withHighlights } from './search/message-highlights.js';
import { MessageSearchFinder } from './search/message-search.finder.js';
import { refuseContradictions } from './search/search-rules.js';

const annotationsFrom = `from annotations a left join messages m on m.id = a.message_id`;
const reactionsFrom = `from reactions r left join messages m on m.id = r.message_id`;

@Injectable()
export class MessagesQueries {
  constructor(
    private readonly reads: TenantReads,
    private readonly byId: MessagesById,
    private readonly search: MessageSearchFinder,
    private readonly pastMessages: PastMessages,
    private readonly pastAnnotations: PastAnnotations,
    private readonly pastReactions: PastReactions,
  ) {}

  async page(tenantId: string, query: MessagesQuery): Promise<Page<MessageDto>> {
    refuseContradictions(query);
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastMessages.page(query, past);
    if (query.q !== undefined) return this.#found(tenantId, query.q, query);
    const where = (cursorKind?: 'messages'): Where =>
      this.#where('m', tenantId, query, cursorKind)
        .and(query.externalId, (place) => `m.external_id = ${place}`)
        .and(query.authorId, (place) => `m.author_external_id = ${place}`);
    const rows = await this.#select<Named<MessageRow>>(
      tenantId,
      `select m.*, ${knownName('m', 'author_external_id')} from messages m`,
      'm',
      where('messages'),
      query,
    );
    const annotations = await this.byId.annotationsOf(
      tenantId,
      rows.slice(0, query.limit).map((row) => row.id),
    );
    return {
      ...toPage(rows, query.limit, cursorOf('messages'), (row) => toMessageDto(row, annotations.get(row.id) ?? [])),
      ...(await this.reads.counted(tenantId, query, 'from messages m', where)),
    };
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async ofSpace(tenantId: string, spaceId: string, query: MessagesQuery): Promise<Page<MessageDto>> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastMessages.ofSpace(spaceId, query, past);
    const sql = `select id from spaces where id = $1 and tenant_id = $2`;
    if ((await this.reads.first(tenantId, sql, [spaceId, tenantId])) === undefined)
      throw new NotFound({ detail: 'There is no such space.' });
    return this.page(tenantId, { ...query, spaceId });
  }

  /** Throws `NotFound` for an unknown message and for another tenant's. */
  async get(tenantId: string, id: string, query: PastQuery = {}): Promise<MessageDto> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastMessages.get(id, past);
    const row = await this.reads.first<Named<MessageRow>>(
      tenantId,
      `select m.*, ${knownName('m', 'author_external_id')} from messages m where m.id = $1 and m.tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such message.' });
    return toMessageDto(row, (await this.byId.annotationsOf(tenantId, [id])).get(id) ?? []);
  }

  async annotations(tenantId: string, query: AnnotationsQuery): Promise<Page<AnnotationDto>> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastAnnotations.page(query, past);
    const where = (cursorKind?: 'annotations'): Where =>
      this.#where('a', tenantId, query, cursorKind)
        .and(query.externalId, (place) => `a.external_id = ${place}`)
        .and(query.authorId, (place) => `a.author_external_id = ${place}`)
        .and(query.type, (place) => `a.type = ${place}`)
        .always(isVisibleAnnotationSql);
    const rows = await this.#select<Named<AnnotationRow>>(
      tenantId,
      `select a.*, ${knownName('a', 'author_external_id')}
       ${annotationsFrom}`,
      'a',
      where('annotations'),
      query,
    );
    return {
      ...toPage(rows, query.limit, cursorOf('annotations'), toAnnotationDto),
      ...(await this.reads.counted(tenantId, query, annotationsFrom, where)),
    };
  }

  async reactions(tenantId: string, query: ReactionsQuery): Promise<Page<ReactionDto>> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastReactions.page(query, past);
    const where = (cursorKind?: 'reactions'): Where =>
      this.#where('r', tenantId, query, cursorKind)
        .and(query.externalId, (place) => `r.external_id = ${place}`)
        .and(query.authorId, (place) => `r.user_external_id = ${place}`)
        .and(query.type, (place) => `r.reaction = ${place}`)
        .always(isVisibleReactionSql);
    const rows = await this.#select<Named<ReactionRow>>(
      tenantId,
      `select r.*, ${knownName('r', 'user_external_id')}
       ${reactionsFrom}`,
      'r',
      where('reactions'),
      query,
    );
    return {
      ...toPage(rows, query.limit, cursorOf('reactions'), toReactionDto),
      ...(await this.reads.counted(tenantId, query, reactionsFrom, where)),
    };
  }

  /** What fits the query; behind its cursor, where the kind of that is given. */
  #where(alias: string, tenantId: string, query: OrderedQuery, cursorKind: string | undefined): Where {
    const where = new Where()
      .and(tenantId, (place) => `${alias}.tenant_id = ${place}`)
      .and(query.connectionId, (place) => `${alias}.connection_id = ${place}`)
      .and(query.spaceId, (place) => `${alias}.space_id = ${place}`)
      .and(query.since, (place) => `${alias}.sort_at >= ${place}`)
      .and(query.until, (place) => `${alias}.sort_at < ${place}`);
    if (query.cursor !== undefined && cursorKind !== undefined) {
      const [at, id] = decodeCursor(cursorKind, ['time', 'id'], query.cursor);
      const beyond = query.order === 'asc' ? '>' : '<';
      where.always(
        `(${alias}.sort_at, ${alias}.id) ${beyond} (${where.place(at)}::timestamptz, ${where.place(id)}::uuid)`,
      );
    }
    return where;
  }

  #select<Row>(tenantId: string, select: string, alias: string, where: Where, query: OrderedQuery): Promise<Row[]> {
    const order = query.order === 'asc' ? 'asc' : 'desc';
    const sql = `${select} where ${where.sql}
      order by ${alias}.sort_at ${order}, ${alias}.id ${order} limit ${where.place(query.limit + 1)}`;
    return this.reads.rows<Row>(tenantId, sql, where.parameters);
  }

  async #found(tenantId: string, text: string, query: MessagesQuery): Promise<Page<MessageDto>> {
    const found = await this.search.page(tenantId, text, query);
    // The index may be a moment behind.
    const messages = (await this.byId.messages(tenantId, found.items)).filter(({ deletedAt }) => deletedAt === null);
    const isHighlighted = query.highlight === 'true' && found.query !== undefined;
    return {
      items: isHighlighted ? await withHighlights(this.reads, tenantId, messages, found.query) : messages,
      nextCursor: found.nextCursor,
    };
  }
}

function cursorOf(kind: string): (row: { readonly sort_at: Date; readonly id: string }) => string {
  return (row) => encodeCursor(kind, [row.sort_at.toISOString(), row.id]);
}
