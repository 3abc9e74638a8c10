import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What is to be done over the network, and what it brought that is not a fact. */
export class CreateOutbox1763800000003 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table jobs (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        kind          text        not null,
        key           text        not null,
        payload       jsonb       not null,
        state         text        not null default 'waiting' check (state in ('waiting', 'parked', 'failed')),
        attempts      integer     not null default 0,
        requests      integer     not null default 1,
        run_at        timestamptz not null default clock_timestamp(),
        last_reason   text,
        created_at    timestamptz not null default clock_timestamp(),
        ended_at      timestamptz,
        constraint jobs_once unique (connection_id, kind, key)
      ) with (fillfactor = 70)`);
    await query.query(`create index jobs_next on jobs (run_at) where state = 'waiting'`);
    await query.query(`create index jobs_parked on jobs (connection_id) where state = 'parked'`);
    await query.query(`create index jobs_of_tenant on jobs (tenant_id, id)`);
    await query.query(`
      create table job_pauses (
        connection_id uuid        primary key,
        until         timestamptz not null,
        reason        text        not null
      )`);
    await query.query(`
      create table organization_tokens (
        connection_id            uuid   not null,
        tenant_id                text   not null,
        organization_external_id text   not null,
        application_external_id  text   not null,
        told_id                  text   not null,
        generation               bigint not null,
        active                   boolean not null,
        sealed_tokens            text,
        fetched_at               timestamptz,
        expires_at               timestamptz,
        constraint organization_tokens_pkey
          primary key (connection_id, organization_external_id, application_external_id)
      )`);
    await query.query(`
      create table operations (
        id            uuid        primary key,
        connection_id uuid        not null,
        operation_id  text        not null,
        tenant_id     text        not null,
        state         text        not null check (state in ('asked', 'running', 'succeeded', 'failed')),
        external_id   text,
        reason        jsonb,
        created_at    timestamptz not null default clock_timestamp(),
        updated_at    timestamptz not null default clock_timestamp(),
        constraint operations_once unique (connection_id, operation_id)
      )`);
    await query.query(`create index operations_of_tenant on operations (tenant_id, id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table operations, organization_tokens, job_pauses, jobs`);
  }
}
