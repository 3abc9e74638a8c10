import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { postColumns, toPostDto, type AttemptRow, type PostDto, type PostRow, type PostsQuery } from './post.dto.js';

const cursorKind = 'posts';

@Injectable()
export class PostsQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Newest first. */
  async page(tenantId: string, query: PostsQuery): Promise<Page<PostDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(before, (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`)
      .and(query.spaceId, (place) => `space_id = ${place}`)
      .and(query.state, (place) => `state = ${place}`);
    const rows = await this.reads.rows<PostRow>(
      tenantId,
      `select ${postColumns} from posts where ${where.sql} order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    const attempts = await this.#attemptsOf(
      tenantId,
      rows.map(({ id }) => id),
    );
    return toPage(
      rows,
      query.limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (row) => toPostDto(row, attempts.get(row.id) ?? []),
    );
  }

  /** Throws `NotFound` for an unknown post and for another tenant's. */
  async get(tenantId: string, id: string): Promise<PostDto> {
    const row = await this.reads.first<PostRow>(
      tenantId,
      `select ${postColumns} from posts where id = $1 and tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such post.' });
    return toPostDto(row, (await this.#attemptsOf(tenantId, [row.id])).get(row.id) ?? []);
  }

  async #attemptsOf(tenantId: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly AttemptRow[]>> {
    const byPost = new Map<string, AttemptRow[]>(ids.map((id) => [id, []]));
    if (ids.length === 0) return byPost;
    const rows = await this.reads.rows<AttemptRow>(
      tenantId,
      `select post_id as "postId", number, started_at as "startedAt", ended_at as "endedAt", outcome, reason
       from post_attempts where post_id = any($1::uuid[]) order by post_id, number`,
      [ids],
    );
    for (const row of rows) byPost.get(row.postId)?.push(row);
    return byPost;
  }
}
