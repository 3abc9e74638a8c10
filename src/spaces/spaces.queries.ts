import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { type OwnedQuery } from '../common/http/query.dto.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { Where } from '../database/where.js';
import { isMemberSql, type MemberRow } from './member.state.js';
import { toMemberDto, toSpaceDto, type MemberDto, type MembersQuery, type SpaceDto } from './space.dto.js';
import { type SpaceRow } from './space.state.js';

@Injectable()
export class SpacesQueries {
  constructor(private readonly dataSource: DataSource) {}

  async page(tenantId: string, query: OwnedQuery): Promise<Page<SpaceDto>> {
    const where = owned(tenantId, query, 'spaces');
    const rows = await this.#select<SpaceRow>('spaces', where, query.limit);
    return toPage(rows, query.limit, (row) => encodeCursor('spaces', [row.id]), toSpaceDto);
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async get(tenantId: string, id: string): Promise<SpaceDto> {
    const row = await firstRowOf<SpaceRow>(this.dataSource, `select * from spaces where id = $1 and tenant_id = $2`, [
      id,
      tenantId,
    ]);
    if (row === undefined) throw new NotFound({ detail: 'There is no such space.' });
    return toSpaceDto(row);
  }

  /** Throws `NotFound` for an unknown space and for another tenant's. */
  async members(tenantId: string, spaceId: string, query: MembersQuery): Promise<Page<MemberDto>> {
    await this.get(tenantId, spaceId);
    const where = owned(tenantId, query, 'members')
      .and(spaceId, (place) => `space_id = ${place}`)
      .always(query.includeFormer === 'true' ? '(joined_at is not null or left_at is not null)' : `(${isMemberSql})`);
    const rows = await this.#select<MemberRow>('members', where, query.limit);
    return toPage(rows, query.limit, (row) => encodeCursor('members', [row.id]), toMemberDto);
  }

  #select<Row>(table: 'spaces' | 'members', where: Where, limit: number): Promise<Row[]> {
    const sql = `select * from ${table} where ${where.sql} order by id limit ${where.place(limit + 1)}`;
    return rowsOf<Row>(this.dataSource, sql, where.parameters);
  }
}

function owned(tenantId: string, query: OwnedQuery, cursorKind: string): Where {
  const after = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], query.cursor)[0];
  return new Where()
    .and(tenantId, (place) => `tenant_id = ${place}`)
    .and(after, (place) => `id > ${place}::uuid`)
    .and(query.connectionId, (place) => `connection_id = ${place}`)
    .and(query.externalId, (place) => `external_id = ${place}`);
}
