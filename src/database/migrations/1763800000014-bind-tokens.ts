import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Tokens rest while their host is down (`rests_until`), grants are kept alive one after the other (`keep_at`), requests know at
 * which addresses they were made (`audience`), and tokens that nobody uses wait for the end of what their person allows
 * (`subject_external_id`). Grants of connections that were removed before this end now, with the job that takes them back.
 */
export class BindTokens1763800000014 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`alter table grants add column rests_until timestamptz, add column keep_at timestamptz`);
    await query.query(`
      update grants set keep_at = renewed_at + least(interval '7 days', (refresh_expires_at - renewed_at) / 2)
      where state = 'active'`);
    await query.query(`drop index grants_to_keep`);
    await query.query(`create index grants_to_keep on grants (keep_at) where state = 'active'`);
    await query.query(`alter table app_tokens add column rests_until timestamptz`);
    await query.query(`alter table grant_requests add column audience text`);
    await query.query(`alter table unwanted_tokens add column subject_external_id text`);
    await query.query(`
      create index unwanted_tokens_of_subject on unwanted_tokens (connection_id, subject_external_id)
      where subject_external_id is not null`);
    await query.query(`
      with ended as (
        update grants g set state = 'revoked', reason = 'connection-removed', sealed_for_revocation = sealed_tokens,
               sealed_tokens = null, renewal = renewal + 1, renewing_since = null, updated_at = clock_timestamp()
        from connections c
        where c.id = g.connection_id and c.deleted_at is not null
          and g.state in ('pending', 'active', 'needs-reauthorization')
        returning g.id, g.tenant_id, g.connection_id
      )
      insert into jobs (id, tenant_id, connection_id, kind, key, payload)
      select gen_random_uuid(), tenant_id, connection_id, 'grant-revocation', id::text, jsonb_build_object('id', id)
      from ended on conflict do nothing`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index unwanted_tokens_of_subject`);
    await query.query(`alter table unwanted_tokens drop column subject_external_id`);
    await query.query(`alter table grant_requests drop column audience`);
    await query.query(`alter table app_tokens drop column rests_until`);
    await query.query(`drop index grants_to_keep`);
    await query.query(`create index grants_to_keep on grants (renewed_at) where state = 'active'`);
    await query.query(`alter table grants drop column keep_at, drop column rests_until`);
  }
}
