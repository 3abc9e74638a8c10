import { Injectable } from '@nestjs/common';
import { NotFound } from '../../common/errors/liaison-error.js';
import { startOf, type CursorPosition, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { isInSpace, type LiaisonEvent } from '../../events/event.js';
import { PastEvents } from '../../events/past/past-events.js';
import { pastPage, type Candidate } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { isMember, memberChanges, wasEverMember, wasEverMemberSql, type MemberRow } from '../member.state.js';
import { owned } from '../owned.js';
import { toMemberDto, type MemberDto, type MembersQuery } from '../space.dto.js';

/** Members as they were, folded from the events that counted then. */
@Injectable()
export class PastMembers {
  constructor(
    private readonly reads: TenantReads,
    private readonly events: PastEvents,
  ) {}

  /** Throws `NotFound` for a space that was not known then, and for another tenant's. */
  async page(spaceId: string, query: MembersQuery, past: Past): Promise<Page<MemberDto>> {
    if (!(await this.events.hasSpace(spaceId, past))) throw new NotFound({ detail: 'There was no such space.' });
    const isAskedFor = query.includeFormer === 'true' ? wasEverMember : isMember;
    const { rows, nextCursor } = await pastPage<MemberRow>(
      {
        cursorKind: 'members',
        candidates: (after, count) => this.#candidates(spaceId, query, past, after, count),
        asTheyWere: async (ids) => {
          const presence = folded(new Map(ids.map((id) => [id, undefined])), await this.events.ofSubjects(ids, past));
          return presence.filter(isAskedFor);
        },
      },
      startOf('members', ['id'], query),
      query.limit,
    );
    return { items: (await this.#described(rows, past)).map(toMemberDto), nextCursor };
  }

  /** Whoever is or was a member by now. */
  async #candidates(
    spaceId: string,
    query: MembersQuery,
    past: Past,
    after: CursorPosition | undefined,
    count: number,
  ): Promise<Candidate[]> {
    const where = owned(past.tenantId, query, after)
      .and(spaceId, (place) => `space_id = ${place}`)
      .always(`(${wasEverMemberSql})`);
    const sql = `select id from members where ${where.sql} order by id limit ${where.place(count)}`;
    const rows = await this.reads.rows<{ id: string }>(past.tenantId, sql, where.parameters);
    return rows.map(({ id }) => ({ id, position: [id] }));
  }

  /** The members with what they told of themselves by acting. */
  async #described(members: readonly MemberRow[], past: Past): Promise<MemberRow[]> {
    const users = members.map((row) => ({ spaceId: row.space_id, externalId: row.external_id }));
    return folded(new Map(members.map((row) => [row.id, row])), await this.events.ofActors(users, past));
  }
}

/** The rows after the events, in their order; what events tell of others is left out. */
function folded(rows: Map<string, MemberRow | undefined>, events: readonly LiaisonEvent[]): MemberRow[] {
  for (const { id, apply } of events.filter(isInSpace).flatMap(memberChanges)) {
    if (rows.has(id)) rows.set(id, apply(rows.get(id)));
  }
  return [...rows.values()].filter((row) => row !== undefined);
}
