import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CrmRecord } from '../../crm/crm-record.js';
import { rowsOf } from '../../database/rows.js';
import { inTransaction } from '../../database/transaction.js';
import { type StoredFields } from '../mapping/field-values.js';
import { type TakenChange } from './change-table.js';

/** What a field was set to last, and what it may have been set to by a call whose answer was lost. */
export interface LastSet {
  readonly values: readonly StoredFields[string][];
}

interface Row {
  readonly field: string;
  readonly value: StoredFields[string];
  readonly isSet: boolean;
  readonly intended: StoredFields[string];
  readonly isIntended: boolean;
}

/** What fields of records were set to last, whichever space it came from. */
@Injectable()
export class FieldTable {
  constructor(private readonly dataSource: DataSource) {}

  async last(change: TakenChange, names: readonly string[]): Promise<ReadonlyMap<string, LastSet>> {
    const rows = await rowsOf<Row>(
      this.dataSource,
      `select field, value, value is not null as "isSet", intended, intended is not null as "isIntended" from crm_fields
       where connection_id = $1 and record_kind = $2 and record_external_id = $3 and field = any($4::text[])`,
      [...recordOf(change), names],
    );
    return new Map(
      rows.map(({ field, value, isSet, intended, isIntended }) => [
        field,
        { values: [...(isSet ? [value] : []), ...(isIntended ? [intended] : [])] },
      ]),
    );
  }

  /** Notes what is about to be set, so that it is known for ours even if the answer is lost. */
  async intend(change: TakenChange, fields: StoredFields): Promise<void> {
    await this.dataSource.query(
      `insert into crm_fields (connection_id, record_kind, record_external_id, field, tenant_id, intended)
       select $1::uuid, $2::text, $3::text, key, $4::text, value from jsonb_each($5::jsonb)
       on conflict (connection_id, record_kind, record_external_id, field) do update set intended = excluded.intended`,
      [...recordOf(change), change.tenantId, JSON.stringify(fields)],
    );
  }

  /** Notes what was set, and what is known of the record since: none of it is news when the CRM tells it. */
  async haveSet(change: TakenChange, fields: StoredFields, known: Partial<CrmRecord>): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await tx.query(
        `update crm_fields f set value = v.value, intended = null, set_at = clock_timestamp() from jsonb_each($4::jsonb) v
         where connection_id = $1 and record_kind = $2 and record_external_id = $3 and f.field = v.key`,
        [...recordOf(change), JSON.stringify(fields)],
      );
      await tx.query(
        `update crm_records set told = told || $4::jsonb, told_at = greatest(told_at, $5::timestamptz)
         where connection_id = $1 and kind = $2 and external_id = $3`,
        [...recordOf(change), JSON.stringify(toldOf(known)), known.changedAt ?? null],
      );
    });
  }
}

function recordOf({ connectionId, record }: TakenChange): readonly [string, string, string] {
  return [connectionId, record.kind, record.externalId];
}

/** In the words of the facts about records; what is absent stays as it was. */
function toldOf({ name, stage, isClosed, isWon, amount, currency }: Partial<CrmRecord>): object {
  return { name, stage, isClosed, isWon, amount, currency };
}
