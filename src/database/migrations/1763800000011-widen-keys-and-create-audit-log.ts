import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Keys get an end, a limit and a record of their use; and the log of who did and read what.
 *
 * audit_log is partitioned by month, so that what is older than an operator wants to keep goes as a whole: no row of it is
 * ever changed or removed alone.
 */
export class WidenKeysAndCreateAuditLog1763800000011 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table api_keys
        add column expires_at          timestamptz,
        add column requests_per_minute integer,
        add column created_by          text,
        add column replaces            text,
        add column last_used_at        timestamptz`);
    await query.query(`create index api_keys_by_age on api_keys (tenant_id, created_at, id)`);
    await query.query(`
      create table audit_log (
        at         timestamptz not null,
        id         uuid        not null,
        request_id uuid        not null,
        items      integer,
        tenant_id  text        not null,
        subject    text        not null,
        act        text        not null,
        outcome    text        not null check (outcome in ('begun', 'done', 'refused', 'failed')),
        reason     text,
        targets    text[]      not null,
        parameters jsonb       not null,
        address    text,
        constraint audit_log_once unique (tenant_id, id, at)
      ) partition by range (at)`);
    await query.query(`create table audit_log_default partition of audit_log default`);
    await query.query(`
      create trigger audit_log_append_only before update or delete on audit_log
      for each row execute function refuse_change()`);
    await query.query(`
      create trigger audit_log_never_truncated before truncate on audit_log
      for each statement execute function refuse_change()`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table audit_log`);
    await query.query(`drop index api_keys_by_age`);
    await query.query(`
      alter table api_keys
        drop column expires_at,
        drop column requests_per_minute,
        drop column created_by,
        drop column replaces,
        drop column last_used_at`);
  }
}
