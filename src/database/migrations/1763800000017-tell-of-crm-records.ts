import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { protectTable } from './tenant-protection.js';

/** What was last heard of records of CRMs, and which spaces are told of them. */
export class TellOfCrmRecords1763800000017 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table crm_records (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        kind          text        not null check (kind in ('account', 'contact', 'opportunity', 'case')),
        external_id   text        not null,
        told          jsonb       not null,
        told_at       timestamptz not null
      ) with (fillfactor = 70)`);
    await protectTable(query, 'crm_records');
    await query.query(`alter table crm_links add column tells boolean not null default true`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`alter table crm_links drop column tells`);
    await query.query(`drop table crm_records`);
  }
}
