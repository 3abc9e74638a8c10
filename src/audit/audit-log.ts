import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { timeOfUuidV7, uuidV7 } from '../common/ids/uuid-v7.js';
import { type JsonValue } from '../common/json/json.js';
import { storableJson, storableText } from '../common/json/storable.js';
import { Metrics } from '../common/observability/metrics.js';
import { columnLiterals, unnestOf, type ColumnType } from '../database/array-literal.js';
import { GroupCommit } from '../database/group-commit.js';
import { type AuditEntry } from './audit-entry.js';

/** An entry as it is stored; lists travel as JSON, because an array cannot hold arrays of different lengths. */
interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly request_id: string;
  readonly items: number | null;
  readonly tenant_id: string;
  readonly subject: string;
  readonly act: string;
  readonly outcome: string;
  readonly reason: string | null;
  readonly targets: readonly string[];
  readonly parameters: JsonValue;
  readonly address: string | null;
}

const columns = [
  ['id', 'uuid'],
  ['at', 'timestamptz'],
  ['request_id', 'uuid'],
  ['items', 'integer'],
  ['tenant_id', 'text'],
  ['subject', 'text'],
  ['act', 'text'],
  ['outcome', 'text'],
  ['reason', 'text'],
  ['targets', 'jsonb'],
  ['parameters', 'jsonb'],
  ['address', 'text'],
] as const satisfies readonly (readonly [keyof AuditRow, ColumnType])[];

const names = columns.map(([name]) => name).join(', ');
const values = columns.map(([name]) =>
  name === 'targets' ? 'array(select jsonb_array_elements_text(e.targets))' : `e.${name}`,
);
const insert = `insert into audit_log (${names}) select ${values.join(', ')} from ${unnestOf(columns, 'e')}`;

const longestSubject = 500;

/** Who did and read what. What it took is committed; rows are never changed, and removed only with their whole month. */
@Injectable()
export class AuditLog {
  readonly #commits: GroupCommit<AuditRow>;

  constructor(
    private readonly dataSource: DataSource,
    metrics: Metrics,
  ) {
    this.#commits = new GroupCommit({
      noun: 'audit record',
      flush: (batch) => this.#flush(batch),
      sizeOf: () => 500,
      maxItems: 500,
      maxBytes: 4 * 1024 * 1024,
      maxWaiting: 10_000,
      maxWaitingBytes: 16 * 1024 * 1024,
      deadlineMs: 5_000,
    });
    metrics.gauge(
      'liaison_audit_waiting_records',
      'Audit records that wait for a group commit; their requests wait with them',
      () => this.#commits.waiting,
    );
  }

  /**
   * Resolves when Postgres has committed the entry; a request is answered after that and not before. Rejects with
   * `StorageUnavailable` when that cannot be said in time, and then the request must not be answered either.
   */
  record(entry: AuditEntry): Promise<void> {
    const id = uuidV7();
    return this.#commits.add({
      id,
      at: new Date(timeOfUuidV7(id)),
      request_id: entry.requestId,
      items: entry.items ?? null,
      tenant_id: entry.tenantId,
      subject: storableText(entry.subject.slice(0, longestSubject)),
      act: entry.act,
      outcome: entry.outcome,
      reason: entry.reason ?? null,
      targets: entry.targets.map(storableText),
      parameters: storableJson(entry.parameters),
      address: entry.address ?? null,
    });
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    return this.#commits.drained();
  }

  async #flush(batch: readonly AuditRow[]): Promise<void> {
    await this.dataSource.query(insert, columnLiterals(batch, columns));
  }
}
