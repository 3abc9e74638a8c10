import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { protectTable } from './tenant-protection.js';

/** How far CRMs that call nobody have been asked for what changed. */
export class PollCrms1763800000020 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table crm_polls (
        connection_id uuid        primary key,
        tenant_id     text        not null,
        position      text,
        sweep_at      timestamptz,
        caught_up_at  timestamptz,
        polled_at     timestamptz,
        looked_at     timestamptz not null default clock_timestamp(),
        next_at       timestamptz not null default clock_timestamp()
      ) with (fillfactor = 70)`);
    await protectTable(query, 'crm_polls');
    await query.query(`create index crm_polls_of_tenant on crm_polls (tenant_id, connection_id)`);
    await query.query(`create index crm_links_newest on crm_links (connection_id, created_at) where state = 'active'`);
    await query.query(`create index crm_records_by_reference on crm_records (connection_id, kind, external_id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index crm_records_by_reference, crm_links_newest`);
    await query.query(`drop table crm_polls`);
  }
}
