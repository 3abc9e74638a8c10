import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { rowsOf } from '../../database/rows.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { lookupKey } from './lookup.js';
import { type LookupOwner } from './lookup-table.js';
import { type Mention } from './mentions.js';

const columns = `m("ruleId" uuid, source text, key text, value text)`;

const removeOthers = `
  delete from crm_link_mentions t
  where t.connection_id = $1 and t.space_id = $2 and not exists (
    select from json_to_recordset($3::json) as ${columns}
    where m."ruleId" = t.rule_id and m.source = t.source and m.key = t.key)`;
const add = `
  insert into crm_link_mentions (rule_id, space_id, source, key, value, tenant_id, connection_id)
  select m."ruleId", $2, m.source, m.key, m.value, $4, $1 from json_to_recordset($3::json) as ${columns}
  order by 1, 3, 4 on conflict do nothing`;

/** What spaces say that records may be found by: a record of that name which is made later finds them. */
@Injectable()
export class MentionTable {
  constructor(private readonly dataSource: DataSource) {}

  /** Makes what is kept of a space these and no others. */
  async keep({ tenantId, connectionId }: LookupOwner, spaceId: string, mentions: readonly Mention[]): Promise<void> {
    const rows = mentions.map((mention) => ({ ...mention, key: lookupKey(mention.value) }));
    const distinct = [...new Map(rows.map((row) => [`${row.ruleId} ${row.source} ${row.key}`, row])).values()];
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query(removeOthers, [connectionId, spaceId, JSON.stringify(distinct)]);
      if (distinct.length > 0) await tx.query(add, [connectionId, spaceId, JSON.stringify(distinct), tenantId]);
    });
  }

  /** The spaces that look for a record of that name, or are suggested for it. */
  async spacesFor(
    connectionId: string,
    record: { readonly kind: string; readonly externalId: string },
    name: string | undefined,
    tx: Tx,
  ): Promise<readonly string[]> {
    const rows = await rowsOf<{ id: string }>(
      tx,
      `select space_id as id from crm_link_mentions where connection_id = $1 and key = $2
       union
       select space_id from crm_links
       where connection_id = $1 and record_kind = $3 and record_external_id = $4 and state = 'suggested'`,
      [connectionId, name === undefined ? null : lookupKey(name), record.kind, record.externalId],
    );
    return rows.map(({ id }) => id);
  }
}
