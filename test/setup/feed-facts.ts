import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../src/events/event.js';
import { type TestDatabase } from './database.js';

export const feedConnection = '01900000-0000-7000-8000-000000000001';
let deliverySeq = 0;

export interface FactsOf {
  readonly space?: string;
  readonly tenantId?: string;
  readonly connectionId?: string;
}

/** Facts of one space: changes of the space and joining members in turn. */
export function someFacts(count: number, { space = 'room', tenantId, connectionId }: FactsOf = {}): LiaisonEvent[] {
  const facts = Array.from({ length: count }, (_, index): Fact => {
    const common = { occurredAt: new Date(), space: { externalId: space } };
    return index % 2 === 0
      ? { ...common, type: 'space.updated', data: { changes: { title: `line\none ${index}` } } }
      : { ...common, type: 'member.joined', data: { member: { externalId: `user ${index}` } } };
  });
  deliverySeq += 1;
  const origin = {
    tenantId: tenantId ?? 'default',
    connectionId: connectionId ?? feedConnection,
    platform: 'watson-work',
    deliveryId: uuidV7(),
    deliverySeq: String(deliverySeq),
    // In a month of long ago now and then, so that the log's partitions take turns.
    learnedAt: deliverySeq % 3 === 0 ? new Date(Date.UTC(2018, 1, 27)) : new Date(),
  };
  return recordFacts(facts, origin, () => undefined);
}

export interface ManyFacts {
  readonly count: number;
  readonly spaceId: string;
  readonly tenantId?: string;
  readonly connectionId?: string;
  readonly type?: string;
  /** How long a text each of them has. */
  readonly characters?: number;
}

/** Puts many facts into the log at once, without the lanes; nobody else may write meanwhile. */
export async function storeManyFacts(database: TestDatabase, facts: ManyFacts): Promise<void> {
  await database.query(
    `insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id, space_id,
                         subject_id, tenant_id, platform, type, data)
     select nextval('event_seq'), currval('event_seq') + 1000000000, now(), now(), 0, gen_random_uuid(), $2::uuid,
            gen_random_uuid(), $3::uuid, gen_random_uuid(), $4, 'watson-work', $5,
            jsonb_build_object('changes', jsonb_build_object('description', repeat('x', $6::int)))
     from generate_series(1, $1::int)`,
    [
      facts.count,
      facts.connectionId ?? feedConnection,
      facts.spaceId,
      facts.tenantId ?? 'default',
      facts.type ?? 'space.updated',
      facts.characters ?? 10,
    ],
  );
}
