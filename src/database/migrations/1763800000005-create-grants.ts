import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Tokens and who consented. `generation` counts the tokens that were stored; `renewal` counts the tries to renew them, and
 * `renewing_since` says that one is under way: a try that was begun and has no end has an unknown outcome.
 */
export class CreateGrants1763800000005 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table app_tokens (
        id             uuid        primary key,
        tenant_id      text        not null,
        state          text        not null default 'active' check (state = 'active'),
        source         text        not null,
        sealed_tokens  text,
        renew_after    timestamptz,
        expires_at     timestamptz,
        generation     bigint      not null default 0,
        renewal        bigint      not null default 0,
        renewing_since timestamptz
      ) with (fillfactor = 70)`);
    await query.query(`
      create table grants (
        id                  uuid        primary key,
        tenant_id           text        not null,
        connection_id       uuid        not null,
        state               text        not null
          check (state in ('pending', 'active', 'needs-reauthorization', 'revoked', 'denied', 'failed')),
        reason              text,
        subject_external_id text,
        subject_name        text,
        subject_email       text,
        scopes              text[]      not null default '{}',
        requested_by        text        not null,
        sealed_tokens       text,
        renew_after         timestamptz,
        expires_at          timestamptz,
        refresh_expires_at  timestamptz,
        generation          bigint      not null default 0,
        renewal             bigint      not null default 0,
        renewing_since      timestamptz,
        sealed_for_revocation text,
        created_at          timestamptz not null default clock_timestamp(),
        activated_at        timestamptz,
        renewed_at          timestamptz,
        revoked_at          timestamptz,
        updated_at          timestamptz not null default clock_timestamp()
      ) with (fillfactor = 70)`);
    await query.query(`create index grants_of_tenant on grants (tenant_id, id)`);
    await query.query(`
      create unique index grants_of_subject on grants (connection_id, subject_external_id)
      where state in ('active', 'needs-reauthorization')`);
    await query.query(`create index grants_to_keep on grants (renewed_at) where state = 'active'`);
    await query.query(`
      create table grant_requests (
        state_hash      bytea       primary key,
        grant_id        uuid        not null,
        tenant_id       text        not null,
        connection_id   uuid        not null,
        requested_by    text        not null,
        redirect_uri    text        not null,
        sealed_verifier text        not null,
        expires_at      timestamptz not null,
        used_at         timestamptz
      )`);
    await query.query(`create index grant_requests_of_grant on grant_requests (grant_id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table grant_requests, grants, app_tokens`);
  }
}
