import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The log and what moves it on.
 *
 * deliveries: partitioned by the time inside the signed body, because a retry repeats that time and so meets its first
 * copy in the same partition: one unique index per partition dedupes for ever and is written at its right edge. The log
 * has three b-trees, none of which leads with a random value, and a BRIN index for look-ups by our time-ordered id.
 *
 * events: partitioned by the time we learned the fact, which a replay repeats too.
 */
export class CreateDeliveriesEventsLanes1763800000000 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create function refuse_change() returns trigger language plpgsql as $$
      begin
        raise exception 'rows of % are append-only', tg_table_name using errcode = 'restrict_violation';
      end $$`);

    await query.query(`create sequence delivery_seq`);
    await query.query(`
      create table deliveries (
        seq           bigint      not null default nextval('delivery_seq'),
        lane_id       bigint      not null,
        received_at   timestamptz not null,
        source_time   timestamptz not null,
        id            uuid        not null,
        connection_id uuid        not null,
        fingerprint   uuid        not null,
        platform_index bigint,
        retry_count   integer,
        size          integer     not null,
        tenant_id     text        not null,
        platform      text        not null,
        lane_key      text        not null,
        scheme        text        not null,
        headers       jsonb       not null,
        body          bytea       not null,
        constraint deliveries_once unique (connection_id, source_time, fingerprint)
      ) partition by range (source_time)`);
    await query.query(`create index deliveries_by_seq on deliveries (seq)`);
    await query.query(`create index deliveries_by_lane on deliveries (lane_id, seq)`);
    await query.query(`create index deliveries_by_id on deliveries using brin (id) with (pages_per_range = 32)`);
    await query.query(`create table deliveries_default partition of deliveries default`);
    await query.query(`
      create trigger deliveries_append_only before update or delete on deliveries
      for each row execute function refuse_change()`);
    await query.query(`
      create trigger deliveries_never_truncated before truncate on deliveries
      for each statement execute function refuse_change()`);

    await query.query(`
      create table dispatch_cursor (
        only_row boolean primary key default true check (only_row),
        position bigint not null
      )`);
    await query.query(`insert into dispatch_cursor (position) values (0)`);
    await query.query(`
      create table lanes (
        id            bigint  primary key,
        head          bigint  not null,
        position      bigint  not null default 0,
        pending       integer not null,
        pending_since timestamptz,
        pending_from  timestamptz,
        connection_id uuid    not null,
        tenant_id     text    not null,
        key           text    not null
      ) with (fillfactor = 70)`);
    await query.query(`create index lanes_pending on lanes (pending_since) where pending_since is not null`);
    await query.query(`create index lanes_by_connection on lanes (connection_id, key)`);

    await query.query(`
      create table parked_deliveries (
        delivery_seq  bigint      not null,
        lane_id       bigint      not null,
        source_time   timestamptz not null,
        received_at   timestamptz not null,
        parked_at     timestamptz not null default now(),
        resolved_at   timestamptz,
        delivery_id   uuid        not null,
        connection_id uuid        not null,
        tenant_id     text        not null,
        kind          text        not null check (kind in ('dead-letter', 'unrecognized')),
        reason        text        not null,
        detail        text        not null,
        constraint parked_deliveries_pkey primary key (connection_id, delivery_seq)
      )`);
    await query.query(
      `create index parked_deliveries_open on parked_deliveries (tenant_id, kind, delivery_seq) where resolved_at is null`,
    );
    await query.query(`
      create table replays (
        id           uuid primary key,
        tenant_id    text        not null,
        filter       jsonb       not null,
        state        text        not null check (state in ('running', 'finished')),
        position     bigint      not null default 0,
        until_seq    bigint      not null,
        matched      integer     not null,
        replayed     integer     not null default 0,
        still_parked integer     not null default 0,
        requested_by text        not null,
        created_at   timestamptz not null default now(),
        finished_at  timestamptz
      )`);
    await query.query(`create index replays_running on replays (created_at) where state = 'running'`);

    await query.query(`create sequence event_seq`);
    await query.query(`
      create table events (
        seq           bigint      not null,
        delivery_seq  bigint      not null,
        occurred_at   timestamptz not null,
        learned_at    timestamptz not null,
        ordinal       integer     not null,
        id            uuid        not null,
        connection_id uuid        not null,
        delivery_id   uuid        not null,
        space_id      uuid,
        message_id    uuid,
        subject_id    uuid        not null,
        tenant_id     text        not null,
        platform      text        not null,
        type          text        not null,
        data          jsonb       not null,
        constraint events_once unique (learned_at, delivery_seq, ordinal)
      ) partition by range (learned_at)`);
    await query.query(`create index events_by_seq on events (seq)`);
    await query.query(`create index events_feed on events (tenant_id, seq)`);
    await query.query(`create index events_of_message on events (message_id, seq) where message_id is not null`);
    await query.query(`create table events_default partition of events default`);
    await query.query(`
      create trigger events_append_only before update or delete on events
      for each row execute function refuse_change()`);
    await query.query(`
      create trigger events_never_truncated before truncate on events
      for each statement execute function refuse_change()`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table events, replays, parked_deliveries, lanes, dispatch_cursor, deliveries`);
    await query.query(`drop sequence event_seq`);
    await query.query(`drop sequence delivery_seq`);
    await query.query(`drop function refuse_change()`);
  }
}
