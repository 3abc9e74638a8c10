import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Who may call us and which apps call in; secrets are sealed text, never plain. */
export class CreateConnectionsAndKeys1763800000001 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table connections (
        id             uuid        primary key,
        tenant_id      text        not null,
        platform       text        not null,
        name           text        not null,
        settings       jsonb       not null,
        sealed_secrets text        not null,
        declared_as    text,
        created_at     timestamptz not null default now(),
        updated_at     timestamptz not null default now(),
        deleted_at     timestamptz,
        constraint connections_declared_once unique (tenant_id, declared_as)
      )`);
    await query.query(`create index connections_of_tenant on connections (tenant_id, id)`);
    await query.query(`create index connections_changed on connections (updated_at)`);
    await query.query(`
      create table api_keys (
        id         text        primary key,
        tenant_id  text        not null,
        name       text        not null,
        hash       bytea       not null,
        scopes     text[]      not null,
        created_at timestamptz not null default now(),
        revoked_at timestamptz
      )`);
    await query.query(`create index api_keys_of_tenant on api_keys (tenant_id, id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table api_keys, connections`);
  }
}
