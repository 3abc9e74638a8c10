import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { protectTable } from './tenant-protection.js';

/** What becomes of conversations in CRMs, and what of it came by which rule. */
export class CreateCrmMappings1763800000018 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table crm_mappings (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        version       integer     not null check (version > 0),
        document      jsonb       not null,
        note          text,
        made_by       text        not null,
        created_at    timestamptz not null default clock_timestamp(),
        constraint crm_mappings_version unique (connection_id, version)
      )`);
    await query.query(`create index crm_mappings_of_tenant on crm_mappings (tenant_id, id)`);
    // What fields of records were set to last, whichever space it came from.
    await query.query(`
      create table crm_fields (
        connection_id      uuid        not null,
        record_kind        text        not null,
        record_external_id text        not null,
        field              text        not null,
        tenant_id          text        not null,
        value              jsonb,
        intended           jsonb,
        set_at             timestamptz,
        constraint crm_fields_pkey primary key (connection_id, record_kind, record_external_id, field)
      ) with (fillfactor = 70)`);
    await protectTable(query, 'crm_mappings');
    await protectTable(query, 'crm_fields');
    await query.query(`
      alter table crm_changes
        add column rule text not null default '',
        add column subject_id uuid,
        add column subject_at timestamptz,
        add column mapping_version integer not null default 0,
        add column own_title text,
        add column fields jsonb,
        add column seen jsonb,
        drop constraint crm_changes_form_check,
        add constraint crm_changes_form_check check (form in ('note', 'task', 'activity', 'fields'))`);
    await query.query(`drop index crm_changes_of_link`);
    await query.query(`create index crm_changes_of_link on crm_changes (link_id, day)`);
    await query.query(`
      create index crm_changes_of_subject on crm_changes (subject_id, link_id) where subject_id is not null`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index crm_changes_of_subject, crm_changes_of_link`);
    await query.query(`create index crm_changes_of_link on crm_changes (link_id)`);
    await query.query(
      `delete from crm_change_attempts where change_id in (select id from crm_changes where rule <> '')`,
    );
    await query.query(`delete from crm_changes where rule <> ''`);
    await query.query(`
      alter table crm_changes
        drop column rule, drop column subject_id, drop column subject_at, drop column mapping_version,
        drop column own_title, drop column fields, drop column seen,
        drop constraint crm_changes_form_check,
        add constraint crm_changes_form_check check (form in ('note', 'task', 'activity'))`);
    await query.query(`drop table crm_fields, crm_mappings`);
  }
}
