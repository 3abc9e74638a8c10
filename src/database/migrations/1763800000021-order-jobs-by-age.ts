import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Work goes on with the oldest cause first, lane by lane, and a platform that does not answer is tried by one job before the others
 * follow. Processes of the version before may go on meanwhile: what they write has defaults.
 */
export class OrderJobsByAge1763800000021 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`alter table jobs add column waits_since timestamptz`);
    await query.query(`update jobs set waits_since = created_at`);
    await query.query(`
      alter table jobs
        alter column waits_since set default clock_timestamp(),
        alter column waits_since set not null`);
    await query.query(`drop index jobs_next`);
    // Jobs whose time has not come are passed over inside the index.
    await query.query(`
      create index jobs_of_lane on jobs (connection_id, coalesce(credential, ''), waits_since, id, run_at)
      where state = 'waiting'`);
    await query.query(`create index jobs_leased on jobs (connection_id) where leased_until is not null`);
    await query.query(`alter table job_pauses add column failures integer not null default 0`);
    await query.query(`alter table crm_changes add column waits_since timestamptz`);
    await query.query(`update crm_changes set waits_since = wanted_at`);
    await query.query(`
      alter table crm_changes
        alter column waits_since set default clock_timestamp(),
        alter column waits_since set not null`);
    await query.query(`
      create index crm_changes_oldest on crm_changes (platform, waits_since) where state in ('pending', 'sending', 'unknown')`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index crm_changes_oldest`);
    await query.query(`alter table crm_changes drop column waits_since`);
    await query.query(`alter table job_pauses drop column failures`);
    await query.query(`drop index jobs_leased`);
    await query.query(`drop index jobs_of_lane`);
    await query.query(`alter table jobs drop column waits_since`);
    await query.query(`create index jobs_next on jobs (run_at) where state = 'waiting'`);
  }
}
