import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { protectTable } from './tenant-protection.js';

/** Which records of CRMs spaces belong to, and what shall stand there. */
export class CreateCrm1763800000016 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table crm_links (
        id                 uuid        primary key,
        tenant_id          text        not null,
        connection_id      uuid        not null,
        space_id           uuid        not null,
        record_kind        text        not null check (record_kind in ('account', 'contact', 'opportunity', 'case')),
        record_external_id text        not null,
        state              text        not null check (state in ('suggested', 'active', 'removed')),
        reason             text        not null,
        confidence         real        not null check (confidence between 0 and 1),
        evidence           jsonb       not null,
        since              timestamptz not null,
        made_by            text        not null,
        created_at         timestamptz not null default clock_timestamp(),
        removed_by         text,
        removed_at         timestamptz
      )`);
    // A space belongs to a record once; what was undone stays as history and may be done again.
    await query.query(`
      create unique index crm_links_once on crm_links (space_id, connection_id, record_kind, record_external_id)
      where state <> 'removed'`);
    await query.query(`create index crm_links_of_tenant on crm_links (tenant_id, id)`);
    await query.query(`
      create index crm_links_of_record on crm_links (connection_id, record_kind, record_external_id)
      where state = 'active'`);
    await query.query(`
      create table crm_changes (
        id                 uuid        primary key,
        tenant_id          text        not null,
        connection_id      uuid        not null,
        platform           text        not null,
        link_id            uuid        not null,
        space_id           uuid        not null,
        record_kind        text        not null,
        record_external_id text        not null,
        entry_key          text        not null,
        form               text        not null check (form in ('note', 'task', 'activity')),
        day                date        not null,
        state              text        not null default 'pending'
                           check (state in ('pending', 'sending', 'unknown', 'synced', 'skipped', 'failed')),
        reason             text,
        fault              text        check (fault in ('ours', 'theirs', 'data')),
        crm_message        text,
        wanted             bigint      not null default 1,
        done               bigint      not null default 0,
        wanted_at          timestamptz not null default clock_timestamp(),
        event_id           uuid,
        learned_at         timestamptz not null,
        external_id        text,
        version            text,
        own_text           text,
        asked_at           timestamptz,
        attempts           integer     not null default 0,
        created_at         timestamptz not null default clock_timestamp(),
        synced_at          timestamptz,
        constraint crm_changes_key unique (connection_id, entry_key)
      ) with (fillfactor = 70)`);
    await query.query(`create index crm_changes_of_tenant on crm_changes (tenant_id, id)`);
    await query.query(`
      create index crm_changes_waiting on crm_changes (connection_id, record_kind, record_external_id, id)
      where state in ('pending', 'sending', 'unknown')`);
    await query.query(`create index crm_changes_of_link on crm_changes (link_id)`);
    await query.query(`
      create table crm_change_attempts (
        change_id  uuid        not null,
        tenant_id  text        not null,
        number     integer     not null,
        wanted     bigint      not null,
        act        text        not null check (act in ('create', 'change', 'remove', 'none')),
        started_at timestamptz not null,
        ended_at   timestamptz,
        outcome    text,
        reason     text,
        constraint crm_change_attempts_pkey primary key (change_id, number)
      )`);
    for (const table of ['crm_links', 'crm_changes', 'crm_change_attempts']) {
      await protectTable(query, table);
    }
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table crm_change_attempts, crm_changes, crm_links`);
  }
}
