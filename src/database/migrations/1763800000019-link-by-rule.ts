import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { protectTable } from './tenant-protection.js';

const tables = ['crm_link_rules', 'crm_link_mentions', 'crm_link_looks', 'crm_lookups', 'crm_users'];

/** By which rules links are suggested and made, what spaces say that records may be found by, and what CRMs answered. */
export class LinkByRule1763800000019 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table crm_link_rules (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        name          text        not null,
        record_kind   text        not null check (record_kind in ('account', 'contact', 'opportunity', 'case')),
        signals       jsonb       not null,
        activate      boolean     not null,
        threshold     real        not null check (threshold between 0 and 1),
        made_by       text        not null,
        created_at    timestamptz not null default clock_timestamp()
      )`);
    await query.query(`create index crm_link_rules_of_tenant on crm_link_rules (tenant_id, id)`);
    await query.query(`create index crm_link_rules_of_connection on crm_link_rules (connection_id, id)`);
    // What a rule's pattern found in a title (source 'title') or in a message (its id).
    await query.query(`
      create table crm_link_mentions (
        rule_id       uuid not null,
        space_id      uuid not null,
        source        text not null,
        key           text not null,
        value         text not null,
        tenant_id     text not null,
        connection_id uuid not null,
        constraint crm_link_mentions_pkey primary key (rule_id, space_id, source, key)
      )`);
    await query.query(`create index crm_link_mentions_of_space on crm_link_mentions (space_id, connection_id)`);
    await query.query(`create index crm_link_mentions_of_key on crm_link_mentions (connection_id, key)`);
    await query.query(`
      create table crm_link_looks (
        connection_id uuid        not null,
        space_id      uuid        not null,
        tenant_id     text        not null,
        title         text,
        looked_at     timestamptz not null,
        constraint crm_link_looks_pkey primary key (connection_id, space_id)
      )`);
    // The answers of CRMs; one without a time is out of date, and a later generation of one that was asked for is not overwritten.
    await query.query(`
      create table crm_lookups (
        connection_id uuid        not null,
        by            text        not null check (by in ('name', 'number', 'email', 'email-domain')),
        kind          text        not null check (kind in ('account', 'contact', 'opportunity', 'case')),
        key           text        not null,
        tenant_id     text        not null,
        found         jsonb       not null default '[]',
        refused       text,
        generation    integer     not null default 0,
        looked_at     timestamptz,
        used_at       timestamptz not null default clock_timestamp(),
        constraint crm_lookups_pkey primary key (connection_id, by, kind, key)
      )`);
    await query.query(`create index crm_lookups_unused on crm_lookups (connection_id, used_at)`);
    await query.query(`create index crm_lookups_found on crm_lookups using gin (found jsonb_path_ops)`);
    await query.query(`
      create table crm_users (
        connection_id uuid        not null,
        external_id   text        not null,
        tenant_id     text        not null,
        name          text,
        email         text        not null,
        heard_at      timestamptz not null default clock_timestamp(),
        constraint crm_users_pkey primary key (connection_id, external_id)
      )`);
    await query.query(`create index crm_users_by_email on crm_users (connection_id, email)`);
    for (const table of tables) await protectTable(query, table);
    // Of CRMs that cannot be asked it is known what they told; a name may be longer than an index can hold.
    await query.query(`
      create index crm_records_by_name on crm_records (connection_id, kind, md5(lower(told->>'name')))`);
    await query.query(`
      alter table crm_links add column confirmed_by text, add column confirmed_at timestamptz`);
    await query.query(`
      create index crm_links_suggested on crm_links (connection_id, record_kind, record_external_id)
      where state = 'suggested'`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index crm_links_suggested`);
    await query.query(`alter table crm_links drop column confirmed_by, drop column confirmed_at`);
    await query.query(`drop index crm_records_by_name`);
    await query.query(`drop table ${tables.join(', ')}`);
  }
}
