import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The webhooks that we keep registered at platforms, as last seen, and when that was. */
export class CreateRegistrations1763800000004 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table registrations (
        id                 uuid        primary key,
        connection_id      uuid        not null,
        tenant_id          text        not null,
        key                text        not null,
        resource           text        not null,
        event              text        not null,
        filter             text,
        owned_by           text        not null check (owned_by in ('creator', 'org')),
        external_id        text,
        status             text        not null
                           check (status in ('active', 'inactive', 'missing', 'foreign', 'blocked')),
        problem            text,
        checked_at         timestamptz not null,
        active_since       timestamptz,
        reactivated_at     timestamptz,
        repairs            integer     not null default 0,
        next_repair_at     timestamptz,
        secret_fingerprint text,
        constraint registrations_once unique (connection_id, key)
      )`);
    await query.query(`
      create index registrations_to_repair on registrations (connection_id, next_repair_at)
      where next_repair_at is not null`);
    await query.query(`
      create table registration_checks (
        connection_id uuid        primary key,
        checked_at    timestamptz,
        requested_at  timestamptz
      )`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table registration_checks, registrations`);
  }
}
