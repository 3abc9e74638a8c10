import { type TestDatabase } from './database.js';

/** Messages of every kind that a search has to cope with, told with `storeManyMessages`. */
export interface ManyMessages {
  readonly spaceIds: readonly string[];
  readonly connectionIds: readonly string[];
}

const uuid = (of: string): string => `md5(${of})::uuid`;

/**
 * Puts `count` messages and the events that told of them into the database at once, without the lanes: 3 hours apart in
 * two lots with years between them, in three spaces of two connections, by seven people. One lot more says everything in
 * one millisecond. Nobody else may write meanwhile.
 *
 * All say `everywhere`; every second one `half`, every hundredth one `seldom`, every thousandth one `rare`, those of the
 * first lot `past`, those of the last millisecond `dense`.
 */
export async function storeManyMessages(
  database: TestDatabase,
  count: number,
  tenantId = 'default',
): Promise<ManyMessages> {
  await database.query(
    `insert into messages (id, tenant_id, connection_id, platform, space_id, external_id, sort_at, author_external_id,
                           content, content_rank, created_at, revision)
     select ${uuid(`$2 || i`)}, $2, ${uuid(`$2 || 'connection' || i % 2`)}, 'watson-work',
            ${uuid(`$2 || 'space' || i % 3`)}, 'm' || i, at, 'user ' || i % 7,
            concat_ws(' ', 'everywhere', case when i % 2 = 0 then 'half' end, case when i % 100 = 0 then 'seldom' end,
                      case when i % 1000 = 7 then 'rare' end, case when lot = 0 then 'past' end,
                      case when lot = 2 then 'dense' end, repeat('more ', i % 5)),
            0, at, 1
     from (
       select i, lot, case when lot = 2 then timestamptz '2026-01-05 10:00:00.123Z'
                else timestamptz '2015-01-01Z' + i * interval '3 hours' + lot * interval '4 years' end as at
       from (select i, 3 * i / $1::int as lot from generate_series(0, $1::int - 1) i) lots
     ) messages`,
    [count, tenantId],
  );
  await database.query(
    `insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id, space_id,
                         message_id, subject_id, tenant_id, platform, type, data)
     select nextval('event_seq'), currval('event_seq') + 1000000000, sort_at, now(), 0, gen_random_uuid(),
            connection_id, gen_random_uuid(), space_id, id, id, tenant_id, platform, 'message.created', '{}'
     from messages where tenant_id = $1 order by sort_at, id`,
    [tenantId],
  );
  await database.query('analyze messages');
  const ids = async (column: string): Promise<readonly string[]> =>
    (
      await database.query<{ id: string }>(
        `select distinct ${column} as id from messages where tenant_id = $1 order by 1`,
        [tenantId],
      )
    ).map(({ id }) => id);
  return { spaceIds: await ids('space_id'), connectionIds: await ids('connection_id') };
}
