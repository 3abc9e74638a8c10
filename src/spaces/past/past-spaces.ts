import { Injectable } from '@nestjs/common';
import { NotFound } from '../../common/errors/liaison-error.js';
import { startOf, type CursorPosition, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { isInSpace } from '../../events/event.js';
import { PastEvents } from '../../events/past/past-events.js';
import { pastPage, type Candidate } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { owned } from '../owned.js';
import { toSpaceDto, type SpaceDto, type SpacesQuery } from '../space.dto.js';
import { applyToSpace, type SpaceRow } from '../space.state.js';

/** Spaces as they were, folded from the events that counted then. */
@Injectable()
export class PastSpaces {
  constructor(
    private readonly reads: TenantReads,
    private readonly events: PastEvents,
  ) {}

  async page(query: SpacesQuery, past: Past): Promise<Page<SpaceDto>> {
    const { rows, nextCursor } = await pastPage<SpaceRow>(
      {
        cursorKind: 'spaces',
        candidates: (after, count) => this.#candidates(query, past, after, count),
        asTheyWere: (ids) => this.#byId(ids, past),
      },
      startOf('spaces', ['id'], query),
      query.limit,
    );
    return { items: rows.map(toSpaceDto), nextCursor };
  }

  /** Throws `NotFound` for a space that was not known then, and for another tenant's. */
  async get(id: string, past: Past): Promise<SpaceDto> {
    const [row] = await this.#byId([id], past);
    if (row === undefined) throw new NotFound({ detail: 'There was no such space.' });
    return toSpaceDto(row);
  }

  /** Spaces of which something had happened by then, and something was known; the two need not be the same. */
  async #candidates(
    query: SpacesQuery,
    past: Past,
    after: CursorPosition | undefined,
    count: number,
  ): Promise<Candidate[]> {
    const where = owned(past.tenantId, query, after)
      .and(past.asOf, (place) => `first_seen_at <= ${place}::timestamptz`)
      .and(past.knownAt, (place) => `learned_at <= ${place}::timestamptz`);
    const sql = `select id from spaces where ${where.sql} order by id limit ${where.place(count)}`;
    const rows = await this.reads.rows<{ id: string }>(past.tenantId, sql, where.parameters);
    return rows.map(({ id }) => ({ id, position: [id] }));
  }

  async #byId(ids: readonly string[], past: Past): Promise<SpaceRow[]> {
    const rows = new Map<string, SpaceRow>();
    for (const event of (await this.events.ofSpaces(ids, past)).filter(isInSpace)) {
      rows.set(event.spaceId, applyToSpace(rows.get(event.spaceId), event));
    }
    return [...rows.values()];
  }
}
