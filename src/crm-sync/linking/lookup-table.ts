import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { lookupId, lookupKey, type FoundRecord, type Lookup } from './lookup.js';

/** Whose lookups. */
export interface LookupOwner {
  readonly tenantId: string;
  readonly connectionId: string;
}

/** A lookup that this process asks a CRM for. */
export interface BegunLookup extends Lookup {
  readonly generation: number;
}

/** How long an answer is good: what was not there may be made any moment, what was there seldom changes. */
const goodWhenFound = `interval '1 day'`;
const goodWhenNone = `interval '1 hour'`;
const forgottenAfter = `interval '30 days'`;

const wantedRows = `json_to_recordset($2::json) as w(by text, kind text, key text)`;
const isWanted = `k.connection_id = $1 and k.by = w.by and k.kind = w.kind and k.key = w.key`;

const fresh = `
  select k.by, k.kind, k.key as value, k.found
  from ${wantedRows} join crm_lookups k on ${isWanted}
  where k.looked_at > clock_timestamp() - case when k.found = '[]' then ${goodWhenNone} else ${goodWhenFound} end`;

/* Which day is enough to know what was not needed for a month. */
const use = `
  update crm_lookups k set used_at = clock_timestamp() from ${wantedRows}
  where ${isWanted} and k.used_at < clock_timestamp() - interval '1 day'`;

const begin = `
  insert into crm_lookups (connection_id, by, kind, key, tenant_id) values ($1, $2, $3, $4, $5)
  on conflict (connection_id, by, kind, key) do update set used_at = clock_timestamp()
  returning generation`;

const end = `
  update crm_lookups set found = $5, refused = $6, looked_at = clock_timestamp()
  where connection_id = $1 and by = $2 and kind = $3 and key = $4 and generation = $7`;

/** What CRMs answered, so that a space which is spoken in all day asks once. Also what is shown of people's contacts. */
@Injectable()
export class LookupTable {
  constructor(private readonly dataSource: DataSource) {}

  /** The answers that are still good, by `lookupId`. */
  async known(connectionId: string, lookups: readonly Lookup[]): Promise<Map<string, readonly FoundRecord[]>> {
    const wanted = [...new Map(lookups.map((lookup) => [lookupId(lookup), keyed(lookup)])).values()];
    if (wanted.length === 0) return new Map();
    const parameters = [connectionId, JSON.stringify(wanted)];
    await this.dataSource.query(use, parameters);
    const rows = await rowsOf<Lookup & { readonly found: readonly FoundRecord[] }>(this.dataSource, fresh, parameters);
    return new Map(rows.map(({ found, ...lookup }) => [lookupId(lookup), found]));
  }

  /** Comes before the CRM is asked: what becomes out of date while it answers is asked for again. */
  async begin({ tenantId, connectionId }: LookupOwner, lookup: Lookup): Promise<BegunLookup> {
    const { by, kind, key } = keyed(lookup);
    const row = await firstRowOf<{ generation: number }>(this.dataSource, begin, [
      connectionId,
      by,
      kind,
      key,
      tenantId,
    ]);
    return { ...lookup, generation: row?.generation ?? 0 };
  }

  /** Keeps the answer, or that the CRM refuses to say (`refused`). */
  async end(connectionId: string, lookup: BegunLookup, found: readonly FoundRecord[], refused?: string): Promise<void> {
    const { by, kind, key } = keyed(lookup);
    const parameters = [connectionId, by, kind, key, JSON.stringify(found), refused ?? null, lookup.generation];
    await this.dataSource.query(end, parameters);
  }

  /** Forgets what no space has needed for a month. */
  async forgetUnused(connectionId: string): Promise<void> {
    await this.dataSource.query(
      `delete from crm_lookups where connection_id = $1 and used_at < clock_timestamp() - ${forgottenAfter}`,
      [connectionId],
    );
  }

  /** The CRM told of a record: answers that name it, or that would by now, are asked for again. */
  async outdate(
    connectionId: string,
    record: Pick<FoundRecord, 'kind' | 'externalId'>,
    name: string | undefined,
    tx: Tx,
  ): Promise<void> {
    await tx.query(
      `update crm_lookups set looked_at = null, generation = generation + 1
       where ctid in (
         select ctid from crm_lookups
         where connection_id = $1 and (found @> $2::jsonb or (by = 'name' and kind = $3 and key = $4))
         order by by, kind, key for update)`,
      [connectionId, JSON.stringify([record]), record.kind, name === undefined ? null : lookupKey(name)],
    );
  }
}

function keyed({ by, kind, value }: Lookup): Pick<Lookup, 'by' | 'kind'> & { readonly key: string } {
  return { by, kind, key: lookupKey(value) };
}
