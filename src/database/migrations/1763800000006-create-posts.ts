import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What callers had us say, every try of it, and a line for each try that was made in somebody's name. */
export class CreatePosts1763800000006 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table posts (
        id                   uuid        primary key,
        tenant_id            text        not null,
        connection_id        uuid        not null,
        platform             text        not null,
        space_id             uuid        not null,
        space_external_id    text        not null,
        idempotency_key      text        not null,
        request_hash         uuid        not null,
        requested_by         text        not null,
        poster               text        not null,
        grant_id             uuid,
        content              jsonb       not null,
        reply_to             uuid,
        reply_to_external_id text,
        endpoint             text,
        state                text        not null default 'queued'
                             check (state in ('queued', 'sending', 'unknown', 'sent', 'failed', 'parked')),
        reason               text,
        platform_message     text,
        attempts             integer     not null default 0,
        looks                integer     not null default 0,
        blind_looks          integer     not null default 0,
        looked_at            timestamptz,
        external_id          text,
        message_id           uuid,
        created_at           timestamptz not null default clock_timestamp(),
        sent_at              timestamptz,
        constraint posts_idempotency unique (tenant_id, idempotency_key),
        constraint posts_in_a_name check ((poster = '') = (grant_id is null))
      ) with (fillfactor = 70)`);
    // One try at a time for each poster in each space: two equal posts can then never be taken for each other.
    await query.query(`
      create unique index posts_under_way on posts (connection_id, space_id, poster)
      where state in ('sending', 'unknown')`);
    await query.query(`
      create index posts_queued on posts (connection_id, space_id, poster, id) where state = 'queued'`);
    // No message is two posts.
    await query.query(`
      create unique index posts_by_external_id on posts (connection_id, external_id) where external_id is not null`);
    await query.query(`create index posts_of_tenant on posts (tenant_id, id)`);
    await query.query(`create index posts_sent on posts (space_id, sent_at) where sent_at is not null`);
    await query.query(`
      create table post_attempts (
        post_id    uuid        not null,
        number     integer     not null,
        started_at timestamptz not null,
        ended_at   timestamptz,
        outcome    text,
        reason     text,
        constraint post_attempts_pkey primary key (post_id, number)
      )`);
    await query.query(`
      create table delegations (
        id                  uuid        primary key,
        tenant_id           text        not null,
        grant_id            uuid        not null,
        connection_id       uuid        not null,
        subject_external_id text        not null,
        act                 text        not null check (act in ('post')),
        post_id             uuid        not null,
        attempt             integer     not null,
        scopes              text[]      not null,
        requested_by        text        not null,
        evidence            jsonb       not null,
        at                  timestamptz not null,
        constraint delegations_once unique (post_id, attempt)
      )`);
    await query.query(`create index delegations_of_tenant on delegations (tenant_id, id)`);
    await query.query(`create index delegations_of_grant on delegations (grant_id, id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table delegations, post_attempts, posts`);
  }
}
