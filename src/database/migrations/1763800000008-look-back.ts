import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What it takes to read how things were at a time, as far as we knew at another (ADR 0016).
 *
 * Rows say when we learned what they say, so that a list finds what was known without reading events. Where that does not
 * settle it the row is in an index of its own, `x_unsettled`; such rows are few. The lists' own indexes end in what we
 * learned, so that rows which were not known then are passed over inside the index.
 *
 * Indexes of events end in both clocks: what was told last by a time is found by a short backward scan. An actor stands
 * there as a hash, because an id may be longer than an index takes.
 */
export class LookBack1763800000008 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    // The defaults say "not settled": so a process of the version before, which does not know the columns, can go on
    // writing, and its rows are found. The statements below give every row what its fold gives.
    const place = `
      add column learned_at timestamptz not null default '0001-01-01 00:00:00+00',
      add column sort_learned_at timestamptz not null default '9999-12-31 00:00:00+00'`;
    await query.query(
      `alter table messages ${place}, add column first_at timestamptz not null default '0001-01-01 00:00:00+00'`,
    );
    await query.query(`alter table annotations ${place}, add column version_learned_at timestamptz`);
    await query.query(`alter table reactions ${place}`);
    await query.query(`alter table spaces add column learned_at timestamptz not null default '0001-01-01 00:00:00+00'`);
    await fillMessages(query);
    await fillAnnotations(query);
    await fillReactions(query);
    await fillSpaces(query);

    for (const table of timelines) {
      const { name, unsettled } = table;
      for (const [of, owner] of owners) {
        await query.query(`drop index ${name}_of_${of}`);
        await query.query(`create index ${name}_of_${of} on ${name} (${owner}, sort_at, id, sort_learned_at)`);
        await query.query(
          `create index ${name}_unsettled_of_${of} on ${name} (${owner}, sort_at, id) where ${unsettled}`,
        );
      }
    }
    // Pages of members are in the order of ids.
    await query.query(`create index members_in_order on members (space_id, id)`);

    await query.query(`
      create index events_of_subject on events (subject_id) where message_id is null or message_id <> subject_id`);
    await query.query(`
      create index events_of_space on events (space_id, ${toldOfSpaceByTime}, occurred_at, learned_at)
      where space_id is not null`);
    await query.query(`
      create index events_of_actor on events (space_id, ${actor}, ${toldOfActor}, occurred_at, learned_at)
      where ${tellsOfActor} and not data ? 'position'`);
    // Where a platform numbers its facts, its numbers decide which is the last.
    await query.query(`
      create index events_numbered_of_space on events (space_id, ${toldOfSpace}, ${position}, occurred_at, learned_at)
      where ${tellsOfSpace} and data ? 'position'`);
    await query.query(`
      create index events_numbered_of_actor on events
        (space_id, ${actor}, ${toldOfActor}, ${position}, occurred_at, learned_at)
      where ${tellsOfActor} and data ? 'position'`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`
      drop index events_of_subject, events_of_space, events_of_actor, events_numbered_of_space, events_numbered_of_actor,
        members_in_order`);
    for (const { name } of timelines) {
      for (const [of, owner] of owners) {
        await query.query(`drop index ${name}_unsettled_of_${of}, ${name}_of_${of}`);
        await query.query(`create index ${name}_of_${of} on ${name} (${owner}, sort_at, id)`);
      }
      await query.query(`alter table ${name} drop column learned_at, drop column sort_learned_at`);
    }
    await query.query(`alter table messages drop column first_at`);
    await query.query(`alter table annotations drop column version_learned_at`);
    await query.query(`alter table spaces drop column learned_at`);
  }
}

const tellsOfSpace = `data -> 'space' ?| array['title', 'organizationExternalId']`;
/** 0 tells nothing of the space, 1 its title, 2 its organisation, 3 both. */
const toldOfSpace = `
  ((case when data -> 'space' ? 'title' then 1 else 0 end)
   + (case when data -> 'space' ? 'organizationExternalId' then 2 else 0 end))`;
const toldOfSpaceByTime = `(case when data ? 'position' then 0 else ${toldOfSpace} end)`;
const actor = `hashtextextended(data -> 'actor' ->> 'externalId', 0)`;
const tellsOfActor = `data -> 'actor' ?| array['displayName', 'email']`;
/** 1 tells the actor's name, 2 the e-mail address, 3 both. */
const toldOfActor = `
  ((case when data -> 'actor' ? 'displayName' then 1 else 0 end)
   + (case when data -> 'actor' ? 'email' then 2 else 0 end))`;
const position = `((data ->> 'position')::float8)`;

const unsettled = `learned_at < sort_learned_at or sort_at - sort_learned_at > interval '1 minute'`;
const timelines = [
  { name: 'messages', unsettled: `${unsettled} or first_at < sort_at` },
  { name: 'annotations', unsettled },
  { name: 'reactions', unsettled },
];
const owners = [
  ['space', 'space_id'],
  ['tenant', 'tenant_id'],
] as const;

async function fillMessages(query: QueryRunner): Promise<void> {
  await query.query(`
    update messages m
    set learned_at = told.learned_at, sort_learned_at = told.sort_learned_at, first_at = told.first_at
    from (
      select m.id, min(e.learned_at) as learned_at, min(e.occurred_at) as first_at,
             min(e.learned_at) filter (
               where e.occurred_at = m.sort_at and (m.created_at is null
                 or e.type in ('message.created', 'message.fetched')
                   and e.data -> 'actor' ->> 'externalId' is not distinct from m.author_external_id)
             ) as sort_learned_at
      from messages m join events e on e.message_id = m.id and e.type like 'message.%'
      group by m.id
    ) told
    where told.id = m.id`);
}

async function fillAnnotations(query: QueryRunner): Promise<void> {
  await query.query(`
    update annotations a
    set learned_at = told.learned_at, sort_learned_at = told.sort_learned_at,
        version_learned_at = told.version_learned_at
    from (
      select a.id, min(e.learned_at) as learned_at,
             min(e.learned_at) filter (where e.occurred_at = a.sort_at) as sort_learned_at,
             min(e.learned_at) filter (
               where e.occurred_at = a.version_at and e.type in ('annotation.added', 'annotation.edited')
                 and a.version_rank = (case e.type when 'annotation.edited' then 2 else 0 end)
                                    + (case when e.data ? 'rawPayload' then 1 else 0 end)
                 and e.data ->> 'rawPayload' is not distinct from a.raw_payload
                 and e.data ->> 'annotationType' is not distinct from a.type
                 and e.data -> 'actor' ->> 'externalId' is not distinct from a.author_external_id
                 and e.data -> 'actor' ->> 'displayName' is not distinct from a.author_name
             ) as version_learned_at
      from annotations a join events e on e.subject_id = a.id and e.type like 'annotation.%'
      group by a.id
    ) told
    where told.id = a.id`);
}

async function fillReactions(query: QueryRunner): Promise<void> {
  await query.query(`
    update reactions r set learned_at = told.learned_at, sort_learned_at = told.sort_learned_at
    from (
      select r.id, min(e.learned_at) as learned_at,
             min(e.learned_at) filter (where e.occurred_at = r.sort_at) as sort_learned_at
      from reactions r join events e on e.subject_id = r.id and e.type like 'reaction.%'
      group by r.id
    ) told
    where told.id = r.id`);
}

async function fillSpaces(query: QueryRunner): Promise<void> {
  await query.query(`
    update spaces s set learned_at = told.learned_at
    from (select space_id, min(learned_at) as learned_at from events where space_id is not null group by space_id) told
    where told.space_id = s.id`);
}
