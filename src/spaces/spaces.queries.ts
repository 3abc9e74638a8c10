import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { encodeCursor, startOf, toPage, type CursorPosition, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { type Where } from '../database/where.js';
import { type PastQuery } from '../events/past/past.dto.js';
import { pastOf } from '../events/past/past.js';
import { isMemberSql, wasEverMemberSql, type MemberRow } from './member.state.js';
import { owned } from './owned.js';
import { PastMembers } from './past/past-members.js';
import { PastSpaces } from './past/past-spaces.js';
import {
  toMemberDto,
  toSpaceDto,
  type MemberDto,
  type MembersQuery,
  type SpaceDto,
  type SpacesQuery,
} from './space.dto.js';
import { type SpaceRow } from './space.state.js';

@Injectable()
export class SpacesQueries {
  constructor(
    private readonly reads: TenantReads,
    private readonly pastSpaces: PastSpaces,
    private readonly pastMembers: PastMembers,
  ) {}

  async page(tenantId: string, query: SpacesQuery): Promise<Page<SpaceDto>> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastSpaces.page(query, past);
    const where = (after?: CursorPosition): Where => owned(tenantId, query, after);
    const rows = await this.#select<SpaceRow>(tenantId, 'spaces', where(startOf('spaces', ['id'], query)), query.limit);
    return {
      ...toPage(rows, query.limit, (row) => encodeCursor('spaces', [row.id]), toSpaceDto),
      ...(await this.reads.counted(tenantId, query, 'from spaces', where)),
    };
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async get(tenantId: string, id: string, query: PastQuery = {}): Promise<SpaceDto> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastSpaces.get(id, past);
    const sql = `select * from spaces where id = $1 and tenant_id = $2`;
    const row = await this.reads.first<SpaceRow>(tenantId, sql, [id, tenantId]);
    if (row === undefined) throw new NotFound({ detail: 'There is no such space.' });
    return toSpaceDto(row);
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async members(tenantId: string, spaceId: string, query: MembersQuery): Promise<Page<MemberDto>> {
    const past = pastOf(tenantId, query);
    if (past !== undefined) return this.pastMembers.page(spaceId, query, past);
    await this.get(tenantId, spaceId);
    const where = (after?: CursorPosition): Where =>
      owned(tenantId, query, after)
        .and(spaceId, (place) => `space_id = ${place}`)
        .always(`(${query.includeFormer === 'true' ? wasEverMemberSql : isMemberSql})`);
    const rows = await this.#select<MemberRow>(
      tenantId,
      'members',
      where(startOf('members', ['id'], query)),
      query.limit,
    );
    return {
      ...toPage(rows, query.limit, (row) => encodeCursor('members', [row.id]), toMemberDto),
      ...(await this.reads.counted(tenantId, query, 'from members', where)),
    };
  }

  #select<Row>(tenantId: string, table: 'spaces' | 'members', where: Where, limit: number): Promise<Row[]> {
    const sql = `select * from ${table} where ${where.sql} order by id limit ${where.place(limit + 1)}`;
    return this.reads.rows<Row>(tenantId, sql, where.parameters);
  }
}
