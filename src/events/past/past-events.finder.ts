import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../../database/rows.js';
import { type Past } from './past.js';
import {
  actorHash,
  isNumbered,
  number,
  tellsOfActor,
  tellsOfSpace,
  toldOfActor,
  toldOfSpace,
  toldOfSpaceByTime,
} from './tellings.js';
import { wasSoThen } from './was-so-then.js';

/** A user of a space, by the platform's id. */
export interface UserOfSpace {
  readonly spaceId: string;
  readonly externalId: string;
}

/** It stands outside of what takes the first or the last, so that a space of another tenant is not searched for one's own. */
const isOfTenant = `e.tenant_id = $1`;
const lastWithTies = `fetch first 1 row with ties`;

const inSpace = `
  select e.* from events e where ${wasSoThen} and e.space_id = s.id and ${toldOfSpaceByTime} = told.what`;
const ofSpaces = `
  select e.seq from unnest($4::uuid[]) as s(id)
  cross join (values (0), (1), (2), (3)) as told(what)
  cross join lateral (
    (${inSpace} order by e.occurred_at desc ${lastWithTies})
    union all (${inSpace} order by e.occurred_at limit 1)
    union all (select e.* from events e
               where ${wasSoThen} and e.space_id = s.id and ${isNumbered} and ${tellsOfSpace} and ${toldOfSpace} = told.what
               order by ${number} desc ${lastWithTies})
  ) e
  where ${isOfTenant}`;

// The order keeps the planner from reading everything until it comes to one.
const anyOfSpace = `
  select e.seq from (select $4::uuid as id) as s cross join (values (0), (1), (2), (3)) as told(what)
  cross join lateral (${inSpace} order by e.occurred_at limit 1) e
  where ${isOfTenant} limit 1`;

const byActor = `
  select e.* from events e
  where ${wasSoThen} and e.space_id = u.space_id and ${actorHash} = hashtextextended(u.external_id, 0)
    and e.data -> 'actor' ->> 'externalId' = u.external_id and ${tellsOfActor} and ${toldOfActor} = told.what`;
const ofActors = `
  select e.seq from unnest($4::uuid[], $5::text[]) as u(space_id, external_id)
  cross join (values (1), (2), (3)) as told(what)
  cross join lateral (
    (${byActor} and not ${isNumbered} order by e.occurred_at desc ${lastWithTies})
    union all (${byActor} and ${isNumbered} order by ${number} desc ${lastWithTies})
  ) e
  where ${isOfTenant}`;

/**
 * Which events decide what a space or a user was, by their numbers. What events tell stands in JSON, and row-level security
 * keeps conditions on JSON from using an index, so this runs as the service's own role (ADR 0014). It gives numbers
 * alone, of events of the tenant that each statement names; who wants the events reads them as the tenant.
 */
@Injectable()
export class PastEventsFinder {
  constructor(private readonly dataSource: DataSource) {}

  /** Of all events in each of these spaces the first, the last and the last to tell something of it. */
  ofSpaces(ids: readonly string[], past: Past): Promise<string[]> {
    return this.#find(ofSpaces, past, [ids]);
  }

  /** The last events by which these users, acting, told their names and e-mail addresses. */
  ofActors(users: readonly UserOfSpace[], past: Past): Promise<string[]> {
    return this.#find(ofActors, past, [users.map((user) => user.spaceId), users.map((user) => user.externalId)]);
  }

  /** Any event in the space; none where nothing had been told of it. */
  anyOfSpace(id: string, past: Past): Promise<string[]> {
    return this.#find(anyOfSpace, past, [id]);
  }

  async #find(
    sql: string,
    { tenantId, asOf, knownAt }: Past,
    parameters: readonly (string | readonly string[])[],
  ): Promise<string[]> {
    if (parameters[0]?.length === 0) return [];
    const rows = await rowsOf<{ seq: string }>(this.dataSource, sql, [tenantId, asOf, knownAt, ...parameters]);
    return rows.map(({ seq }) => seq);
  }
}
