import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { storableText } from '../../common/json/storable.js';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { type CrmPerson } from '../../crm/crm-record.js';
import { longestKey, lookupKey } from './lookup.js';
import { type LookupOwner } from './lookup-table.js';

const hear = `
  insert into crm_users (connection_id, external_id, tenant_id, name, email)
  select $1::uuid, u."externalId", $2::text, u.name, u.email
  from json_to_recordset($3::json) as u("externalId" text, name text, email text) order by 1, 2
  on conflict (connection_id, external_id) do update set
    name = coalesce(excluded.name, crm_users.name), email = excluded.email, heard_at = clock_timestamp()
  where (coalesce(excluded.name, crm_users.name), excluded.email) is distinct from (crm_users.name, crm_users.email)`;

/** The users of CRMs, as far as they own a record that was heard of. */
@Injectable()
export class UserTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Keeps the owners of records that have an e-mail address. */
  async hear(
    { tenantId, connectionId }: LookupOwner,
    people: readonly CrmPerson[],
    source: Tx | DataSource = this.dataSource,
  ): Promise<void> {
    const users = new Map<string, CrmPerson>();
    for (const { externalId, name, email } of people) {
      const key = lookupKey(email ?? '');
      if (key === '' || key.length > longestKey || externalId.length > 200) continue;
      users.set(externalId, {
        externalId,
        email: key,
        ...(name === undefined ? {} : { name: storableText(name).slice(0, 200) }),
      });
    }
    if (users.size === 0) return;
    await source.query(hear, [connectionId, tenantId, JSON.stringify([...users.values()])]);
  }

  /** The domains at which users of the CRM have their addresses: the tenant's own. */
  async domains(connectionId: string): Promise<ReadonlySet<string>> {
    const rows = await rowsOf<{ domain: string }>(
      this.dataSource,
      `select distinct split_part(email, '@', 2) as domain from crm_users where connection_id = $1`,
      [connectionId],
    );
    return new Set(rows.map(({ domain }) => domain));
  }
}
