import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../../database/rows.js';
import { CrmRefused } from '../../crm/crm.errors.js';
import { type Connector, type ConnectorCalls } from '../../crm/connector.js';
import { mostFoundRecords } from '../../crm/record-search.js';
import { foundOf, lookupId, type FoundRecord, type Lookup } from './lookup.js';
import { LookupTable, type LookupOwner } from './lookup-table.js';
import { UserTable } from './user-table.js';

/** What a run asks a CRM at most; the next one goes on from there. */
const mostQuestions = 40;

const heard = `
  select kind, external_id as "externalId", coalesce(told->>'name', external_id) as name
  from crm_records
  where connection_id = $1 and kind = $2
    and case when $3 = 'name' then md5(lower(told->>'name')) = md5(lower($4)) else external_id = $4 end
  order by told_at desc, id limit ${mostFoundRecords}`;

/** The answers to what was asked, by `lookupId`; undefined while some of them are still to be had. */
export type Answers = ReadonlyMap<string, readonly FoundRecord[]> | undefined;

/** Finds records in a CRM, or in what was heard of it, and remembers what it found. */
@Injectable()
export class RecordFinder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly table: LookupTable,
    private readonly users: UserTable,
  ) {}

  /** Asks for what is not known. Throws as the connector; what was answered until then is not asked again. */
  async find(
    owner: LookupOwner,
    lookups: readonly Lookup[],
    using: { readonly connector: Connector; readonly calls: ConnectorCalls; readonly signal: AbortSignal },
  ): Promise<Answers> {
    const answers = await this.table.known(owner.connectionId, lookups);
    let questions = 0;
    for (const lookup of lookups) {
      if (answers.has(lookupId(lookup))) continue;
      if (questions++ >= mostQuestions || using.signal.aborted) return undefined;
      answers.set(lookupId(lookup), await this.#ask(owner, lookup, using));
    }
    return answers;
  }

  async #ask(
    owner: LookupOwner,
    lookup: Lookup,
    using: { readonly connector: Connector; readonly calls: ConnectorCalls },
  ): Promise<readonly FoundRecord[]> {
    const begun = await this.table.begin(owner, lookup);
    try {
      const found = await this.#found(owner.connectionId, lookup, using);
      await this.table.end(owner.connectionId, begun, found);
      await this.users.hear(
        owner,
        found.flatMap((record) => record.owner ?? []),
      );
      return found;
    } catch (error) {
      if (!(error instanceof CrmRefused)) throw error;
      // Our user may not see such records: for us there are none, until it is asked again.
      await this.table.end(owner.connectionId, begun, [], error.reason);
      return [];
    }
  }

  async #found(
    connectionId: string,
    { by, kind, value }: Lookup,
    { connector, calls }: { readonly connector: Connector; readonly calls: ConnectorCalls },
  ): Promise<readonly FoundRecord[]> {
    if (!connector.recordKinds.includes(kind)) return [];
    if (by === 'email') return ((await calls.contactsByEmail?.(value)) ?? []).slice(0, mostFoundRecords).map(foundOf);
    if (calls.recordsBy !== undefined) return (await calls.recordsBy(kind, { by, value })).map(foundOf);
    // A CRM that cannot be asked has told of its records; people know their ids alone.
    return by === 'email-domain' ? [] : rowsOf<FoundRecord>(this.dataSource, heard, [connectionId, kind, by, value]);
  }
}
