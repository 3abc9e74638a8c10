import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Jobs say until when somebody has them, which `run_at` alone does not, and since when they are tried: parking is no trying.
 * A name for a request is its caller's own. Lines of the ledger say by which rule an act was allowed, and never change.
 */
export class MendPostsAndJobs1763800000015 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      alter table jobs
        add column leased_until timestamptz,
        add column released_at timestamptz`);
    await query.query(`
      create unique index posts_idempotency_of_caller on posts (tenant_id, requested_by, idempotency_key)`);
    await query.query(`
      alter table posts
        drop constraint posts_idempotency,
        add constraint posts_idempotency_of_caller unique using index posts_idempotency_of_caller`);
    // Until now every act in a name was asked for in this one way.
    await query.query(`
      alter table delegations add column rule text not null default 'POST /v1/posts by posts:write'`);
    await query.query(`
      create trigger delegations_are_kept before update or delete on delegations
      for each row execute function refuse_change()`);
    await query.query(`
      create trigger delegations_are_kept_whole before truncate on delegations
      for each statement execute function refuse_change()`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop trigger delegations_are_kept_whole on delegations`);
    await query.query(`drop trigger delegations_are_kept on delegations`);
    await query.query(`alter table delegations drop column rule`);
    // The names of a second caller give way; no request can have a name with a blank.
    await query.query(`
      update posts p set idempotency_key = p.idempotency_key || ' ' || p.id
      where exists (select 1 from posts o where o.tenant_id = p.tenant_id and o.idempotency_key = p.idempotency_key
                    and o.id < p.id)`);
    await query.query(`
      alter table posts
        drop constraint posts_idempotency_of_caller,
        add constraint posts_idempotency unique (tenant_id, idempotency_key)`);
    await query.query(`alter table jobs drop column leased_until, drop column released_at`);
  }
}
