import { memberId } from '../../src/events/event.js';
import { type TestDatabase } from './database.js';

export interface LongHistory {
  /** The space in which half of all is said. */
  readonly spaceId: string;
  /** A message in the middle of it. */
  readonly messageId: string;
  /** When that was, to the source and to us. */
  readonly middle: string;
}

const users = 200;
const common = `'default', '01900000-0000-7000-8000-000000000001'::uuid, 'watson-work'`;
const named = `jsonb_build_object('externalId', author, 'displayName', 'Name of ' || author)`;

/**
 * Stores that many messages with an annotation or a reaction on every second one, told in the sixty days before now:
 * half of them in one space of 200 members, the others in a hundred spaces. Log and projections are written by SQL, which
 * is many times faster than telling it, and hold what telling it would leave there.
 */
export async function storeLongHistory(database: TestDatabase, messages: number): Promise<LongHistory> {
  await database.query(`
    create temporary table told as
    select i, author, at, s.id as space_id, md5('message' || i)::uuid as message_id, md5('on' || i)::uuid as on_id,
           jsonb_build_object('space', jsonb_build_object('externalId', s.number, 'title', 'Deal ' || s.number)) as space
    from generate_series(1, ${messages}) i
    cross join lateral (select case when i % 2 = 0 then 0 else i / 2 % 100 + 1 end as number) n
    cross join lateral (select n.number::text as number, md5('space' || n.number)::uuid as id) s
    cross join lateral (select 'user' || i % ${users} as author,
                               date_trunc('milliseconds', now() - (1 - i / ${messages}::float8) * interval '60 days') as at) a`);
  const spaceId = await bigSpace(database);
  await append(database, 'message.created', 'message_id', 'message_id', `'content', 'words', 'actor', ${named}`);
  await append(database, 'annotation.added', 'message_id', 'on_id', `'annotationExternalId', i::text`, 'i % 4 = 1');
  await append(database, 'reaction.added', 'message_id', 'on_id', `'reaction', '👍', 'actor', ${named}`, 'i % 4 = 2');
  await join(database, spaceId);
  await project(database);
  // So that the planner knows, as it does some minutes after such an import.
  await database.query('analyze');
  const [message] = await database.query<{ id: string; at: Date }>(
    `select message_id as id, at from told where i = ${messages / 2}`,
  );
  if (message === undefined) throw new Error('the history has a middle');
  return { spaceId, messageId: message.id, middle: message.at.toISOString() };
}

async function bigSpace(database: TestDatabase): Promise<string> {
  const [space] = await database.query<{ id: string }>(`select space_id as id from told where i = 2`);
  if (space === undefined) throw new Error('the history has a second message');
  return space.id;
}

async function append(
  database: TestDatabase,
  type: string,
  messageId: string,
  subjectId: string,
  data: string,
  condition = 'true',
): Promise<void> {
  await database.query(`
    insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, tenant_id, connection_id, platform,
                        delivery_id, space_id, message_id, subject_id, type, data)
    select nextval('event_seq'), i, at, at, ${type.length}, gen_random_uuid(), ${common}, gen_random_uuid(), space_id,
           ${messageId}, ${subjectId}, '${type}',
           space || jsonb_build_object('messageExternalId', i::text) || jsonb_build_object(${data})
    from told where ${condition} order by i`);
}

async function join(database: TestDatabase, spaceId: string): Promise<void> {
  const authors = Array.from({ length: users }, (_, index) => `user${index}`);
  await database.query(
    `insert into events (seq, delivery_seq, occurred_at, learned_at, ordinal, id, tenant_id, connection_id, platform,
                         delivery_id, space_id, subject_id, type, data)
     select nextval('event_seq'), 0, at, at, nextval('event_seq'), gen_random_uuid(), ${common}, gen_random_uuid(), $1,
            joined.id, 'member.joined', space || jsonb_build_object('member', jsonb_build_object('externalId', joined.author))
     from unnest($2::uuid[], $3::text[]) as joined(id, author), told where i = 1`,
    [spaceId, authors.map((author) => memberId(spaceId, author)), authors],
  );
  await database.query(`
    insert into members (tenant_id, connection_id, platform, id, space_id, external_id, joined_at, joined_order)
    select ${common}, subject_id, space_id, data -> 'member' ->> 'externalId', occurred_at, 1
    from events where type = 'member.joined'`);
}

async function project(database: TestDatabase): Promise<void> {
  await database.query(`
    insert into spaces (tenant_id, connection_id, platform, id, external_id, fields, first_seen_at, last_event_at, learned_at)
    select ${common}, space_id, space -> 'space' ->> 'externalId', '{}', min(at), max(at), min(at)
    from told group by space_id, space`);
  await database.query(`
    insert into messages (tenant_id, connection_id, platform, id, space_id, external_id, content, content_rank, revision,
                          author_external_id, sort_at, created_at, first_at, learned_at, sort_learned_at)
    select ${common}, message_id, space_id, i::text, 'words', 0, 1, author, at, at, at, at, at from told`);
  await database.query(`
    insert into annotations (tenant_id, connection_id, platform, id, space_id, message_id, external_id, version_rank,
                             sort_at, added_at, version_at, learned_at, sort_learned_at, version_learned_at)
    select ${common}, on_id, space_id, message_id, i::text, 0, at, at, at, at, at, at from told where i % 4 = 1`);
  await database.query(`
    insert into reactions (tenant_id, connection_id, platform, id, space_id, message_id, external_id, user_external_id,
                           reaction, sort_at, added_at, learned_at, sort_learned_at)
    select ${common}, on_id, space_id, message_id, i::text, author, '👍', at, at, at, at from told where i % 4 = 2`);
}
