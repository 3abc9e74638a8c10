import { type Client } from 'pg';
import { memberId } from '../../src/events/event.js';
import { rowsOf } from '../database-server.js';
import {
  connectionIdSql,
  learned,
  orderSql,
  spaceCount,
  spaceIdOf,
  spaceIdSql,
  spaceIndex,
  userCount,
  userIndex,
} from './history-sql.js';

/** Everybody is in the busy space, twenty in each of the others; whoever else said something there is known by name. */
const peopleOfSpaces = `
  select space_index as "spaceIndex", user_index as "userIndex", bool_or(is_member) as "isMember"
  from (
    select s as space_index, u as user_index, true as is_member
    from generate_series(0, ${spaceCount - 1}) as s
    cross join lateral generate_series(0, case when s = 0 then ${userCount - 1} else 19 end) as u
    union all
    -- After so many messages users and spaces come round again.
    select ${spaceIndex}, ${userIndex}, false from generate_series(1, least($1::bigint, ${userCount})) as n
  ) as present
  group by 1, 2 order by 1, 2`;

/** All joined before the first message. The rows follow from what the events tell of each person and each space. */
export async function insertPeople(client: Client, messages: number, from: Date): Promise<void> {
  const people = await rowsOf<{ spaceIndex: number; userIndex: number; isMember: boolean }>(client, peopleOfSpaces, [
    messages,
  ]);
  await client.query(
    `create temporary table people as
     select space_index, user_index, is_member, id, row_number() over () as n, ${spaceIdSql('space_index')} as space_id,
            ${connectionIdSql('space_index')} as connection_id, 'user-' || user_index as external_id,
            'Ada Lovelace-Müller ' || user_index as name
     from unnest($1::int[], $2::int[], $3::boolean[], $4::uuid[]) as person (space_index, user_index, is_member, id)`,
    [
      people.map(({ spaceIndex }) => spaceIndex),
      people.map(({ userIndex }) => userIndex),
      people.map(({ isMember }) => isMember),
      people.map(({ spaceIndex, userIndex }) => memberId(spaceIdOf(spaceIndex), `user-${userIndex}`)),
    ],
  );
  await client.query(insertJoinEvents, [from, messages * 5 + 5]);
  await client.query(`
    create temporary table acted as
    select space_id, coalesce(data -> 'actor', data -> 'member') ->> 'externalId' as external_id,
           min(occurred_at) as first_at, max(occurred_at) as last_at, min(learned_at) as learned_at
    from events group by 1, 2`);
  await client.query(insertMembers, [from]);
  await client.query(insertSpaces);
}

const insertJoinEvents = `
  insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, connection_id, delivery_id, space_id, subject_id,
                      tenant_id, platform, type, data)
  select $2::bigint + n, $2::bigint + n, $1::timestamptz, ${learned('$1::timestamptz')}, 0, md5('event' || id)::uuid, connection_id,
         md5('delivery' || id)::uuid, space_id, id, 'default', 'watson-work', 'member.joined',
         jsonb_build_object(
           'member', jsonb_build_object('externalId', external_id, 'displayName', name),
           'space', jsonb_build_object('externalId', 'space-' || space_index, 'title', 'Space ' || space_index))
  from people where is_member`;

const insertMembers = `
  insert into members (id, tenant_id, connection_id, platform, space_id, external_id, display_name, name_order, joined_at, joined_order)
  select id, 'default', connection_id, 'watson-work', space_id, external_id, name, ${orderSql('acted.last_at')},
         case when is_member then $1::timestamptz end, case when is_member then ${orderSql('$1::timestamptz')} end
  from people join acted using (space_id, external_id)`;

const insertSpaces = `
  insert into spaces (id, tenant_id, connection_id, platform, external_id, fields, title, first_seen_at, last_event_at, learned_at)
  select space_id, 'default', connection_id, 'watson-work', 'space-' || space_index,
         jsonb_build_object('title', jsonb_build_object('value', 'Space ' || space_index, 'at', ${orderSql('max(last_at)')})),
         'Space ' || space_index, min(first_at), max(last_at), min(learned_at)
  from people join acted using (space_id, external_id) group by space_id, connection_id, space_index`;
