import { Injectable } from '@nestjs/common';
import { TenantReads } from '../database/tenant-reads.js';
import { isVisibleAnnotationSql, type AnnotationRow } from './annotation.state.js';
import { toAnnotationDto, type AnnotationDto } from './annotation.dto.js';
import { type Named } from './author.dto.js';
import { toMessageDto, type MessageDto } from './message.dto.js';
import { toReactionDto, type ReactionDto } from './reaction.dto.js';
import { type MessageRow } from './message.state.js';
import { isVisibleReactionSql, type ReactionRow } from './reaction.state.js';

type Ids = readonly string[];

/** The name that the author of row `alias` goes by in its space, where a fact has told it. */
export function knownName(alias: string, authorColumn: string): string {
  return `(select display_name from members where members.space_id = ${alias}.space_id
           and members.external_id = ${alias}.${authorColumn} limit 1) as known_name`;
}

const annotationsSql = `select a.*, ${knownName('a', 'author_external_id')}
  from annotations a left join messages m on m.id = a.message_id`;
const reactionsSql = `select r.*, ${knownName('r', 'user_external_id')}
  from reactions r left join messages m on m.id = r.message_id`;

/** What others have chosen by ids: it comes as it is now, and without what is not there, or not there any more. */
@Injectable()
export class MessagesById {
  constructor(private readonly reads: TenantReads) {}

  /** Messages in the order of the ids. */
  async messages(tenantId: string, ids: Ids): Promise<MessageDto[]> {
    const rows = await this.#rows<Named<MessageRow>>(
      tenantId,
      ids,
      `select m.*, ${knownName('m', 'author_external_id')} from messages m
       where m.id = any($1::uuid[]) and m.tenant_id = $2`,
    );
    const annotations = await this.annotationsOf(
      tenantId,
      rows.map((row) => row.id),
    );
    const byId = new Map(rows.map((row) => [row.id, toMessageDto(row, annotations.get(row.id) ?? [])]));
    return ids.flatMap((id) => byId.get(id) ?? []);
  }

  async annotations(tenantId: string, ids: Ids): Promise<AnnotationDto[]> {
    const where = `a.id = any($1::uuid[]) and a.tenant_id = $2 and ${isVisibleAnnotationSql}`;
    const rows = await this.#rows<Named<AnnotationRow>>(tenantId, ids, `${annotationsSql} where ${where}`);
    return rows.map(toAnnotationDto);
  }

  async reactions(tenantId: string, ids: Ids): Promise<ReactionDto[]> {
    const where = `r.id = any($1::uuid[]) and r.tenant_id = $2 and ${isVisibleReactionSql}`;
    return (await this.#rows<Named<ReactionRow>>(tenantId, ids, `${reactionsSql} where ${where}`)).map(toReactionDto);
  }

  /** What hangs on each of these messages, in the order of time. */
  async annotationsOf(tenantId: string, messageIds: Ids): Promise<Map<string, Named<AnnotationRow>[]>> {
    const where = `a.message_id = any($1::uuid[]) and a.tenant_id = $2 and ${isVisibleAnnotationSql} order by a.sort_at, a.id`;
    return byMessage(await this.#rows<Named<AnnotationRow>>(tenantId, messageIds, `${annotationsSql} where ${where}`));
  }

  /** The same for reactions. */
  async reactionsOf(tenantId: string, messageIds: Ids): Promise<Map<string, Named<ReactionRow>[]>> {
    const where = `r.message_id = any($1::uuid[]) and r.tenant_id = $2 and ${isVisibleReactionSql} order by r.sort_at, r.id`;
    return byMessage(await this.#rows<Named<ReactionRow>>(tenantId, messageIds, `${reactionsSql} where ${where}`));
  }

  #rows<Row>(tenantId: string, ids: Ids, sql: string): Promise<Row[]> {
    if (ids.length === 0) return Promise.resolve([]);
    return this.reads.rows<Row>(tenantId, sql, [ids, tenantId]);
  }
}

function byMessage<Row extends { readonly message_id: string | null }>(rows: readonly Row[]): Map<string, Row[]> {
  const lists = new Map<string, Row[]>();
  for (const row of rows) {
    const list = lists.get(row.message_id ?? '');
    if (list === undefined) lists.set(row.message_id ?? '', [row]);
    else list.push(row);
  }
  return lists;
}
