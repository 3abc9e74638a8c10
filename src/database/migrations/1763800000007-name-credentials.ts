import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What acting needs to know of the tokens that it acts with: `refresh_rotates` is whether a renewal has ever brought another
 * refresh token, and null before the first one; `sealed_source` is which secrets an app's tokens began with. What `source`
 * said of that without a key is sealed when it is looked at. `unwanted_tokens` are those that we were given and take back.
 * Jobs say by whose token they call, since platforms limit by it; a pause without a credential is one of the whole connection.
 * `organization_external_id` is with whose token the app posts, and `version` tells the tokens of one organisation apart.
 */
export class NameCredentials1763800000007 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`alter table grants add column refresh_rotates boolean`);
    await query.query(`
      alter table app_tokens
        add column refresh_rotates boolean,
        add column sealed_source text,
        alter column source drop not null`);
    await query.query(`
      create table unwanted_tokens (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        sealed_tokens text        not null,
        created_at    timestamptz not null default clock_timestamp()
      )`);
    await query.query(`alter table organization_tokens add column version bigint not null default 0`);
    await query.query(`alter table posts add column organization_external_id text`);
    await query.query(`alter table jobs add column credential text`);
    await query.query(`
      update jobs set credential = coalesce('grant:' || (payload ->> 'grantId'), 'app')
      where kind in ('post', 'hydrate', 'registrations', 'organization-token')`);
    await query.query(`
      alter table job_pauses
        add column credential text not null default '',
        drop constraint job_pauses_pkey,
        add constraint job_pauses_pkey primary key (connection_id, credential)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`delete from job_pauses where credential <> ''`);
    await query.query(`
      alter table job_pauses
        drop constraint job_pauses_pkey,
        drop column credential,
        add constraint job_pauses_pkey primary key (connection_id)`);
    await query.query(`alter table jobs drop column credential`);
    await query.query(`alter table posts drop column organization_external_id`);
    await query.query(`alter table organization_tokens drop column version`);
    await query.query(`drop table unwanted_tokens`);
    // Tokens of whose beginning nothing is known begin anew.
    await query.query(`update app_tokens set source = '' where source is null`);
    await query.query(`
      alter table app_tokens
        alter column source set not null,
        drop column sealed_source,
        drop column refresh_rotates`);
    await query.query(`alter table grants drop column refresh_rotates`);
  }
}
