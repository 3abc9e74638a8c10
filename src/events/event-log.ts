import { Inject, Injectable } from '@nestjs/common';
import { advisoryLocks } from '../database/advisory-locks.js';
import { columnLiterals, unnestOf, type ColumnType } from '../database/array-literal.js';
import { rowsOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type LiaisonEvent } from './event.js';
import { EVENT_PROCESSORS, type EventProcessor } from './event-processor.js';
import { EVENT_REACTIONS, type EventReaction } from './event-reaction.js';

/*
 * The lock makes the order of `seq` the order of commits: it is taken before the first number is drawn and released
 * after the rows are visible. A follower that has seen number n has therefore seen every lower number there will ever
 * be. It is the last thing a transaction does, so it is held for one INSERT and one commit.
 */
const columns: readonly (readonly [keyof LiaisonEvent, ColumnType])[] = [
  ['deliverySeq', 'bigint'],
  ['occurredAt', 'timestamptz'],
  ['learnedAt', 'timestamptz'],
  ['ordinal', 'integer'],
  ['id', 'uuid'],
  ['connectionId', 'uuid'],
  ['deliveryId', 'uuid'],
  ['spaceId', 'uuid'],
  ['messageId', 'uuid'],
  ['subjectId', 'uuid'],
  ['tenantId', 'text'],
  ['platform', 'text'],
  ['type', 'text'],
  ['data', 'jsonb'],
];

const insertEvents = `
  with gate as materialized (select pg_advisory_xact_lock(${advisoryLocks.eventOrder}))
  insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id,
                      space_id, message_id, subject_id, tenant_id, platform, type, data)
  select nextval('event_seq'), row.* from gate, ${unnestOf(columns, 'row')}`;

@Injectable()
export class EventLog {
  readonly #lockTables: string;

  constructor(
    @Inject(EVENT_PROCESSORS) private readonly processors: readonly EventProcessor[],
    @Inject(EVENT_REACTIONS) private readonly reactions: readonly EventReaction[],
  ) {
    const tables = processors.flatMap((processor) => processor.tables);
    this.#lockTables = `lock table ${tables.join(', ')} in row exclusive mode`;
  }

  /**
   * Appends events and runs every processor and reaction, all in `tx`: either the facts and their whole effect are there, or neither.
   * The caller holds the lanes of these events.
   */
  async append(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    if (events.length === 0) return;
    // Before the first row is read: a rebuild that replaces the tables must not come between our reading and our writing.
    await tx.query(this.#lockTables);
    for (const processor of this.processors) await processor.process(events, tx);
    for (const reaction of this.reactions) await reaction.react(events, tx);
    await tx.query(insertEvents, columnLiterals(events, columns));
  }

  /**
   * The events that a delivery has not brought yet. A replay appends only these, so replaying twice changes nothing.
   * `events` all come from one delivery.
   */
  async withoutKnown(events: readonly LiaisonEvent[], tx: Tx): Promise<readonly LiaisonEvent[]> {
    const [first] = events;
    if (first === undefined) return events;
    const rows = await rowsOf<{ ordinal: number }>(
      tx,
      `select ordinal from events where learned_at = $1 and delivery_seq = $2`,
      [first.learnedAt, first.deliverySeq],
    );
    const known = new Set(rows.map((row) => row.ordinal));
    return events.filter((event) => !known.has(event.ordinal));
  }
}
