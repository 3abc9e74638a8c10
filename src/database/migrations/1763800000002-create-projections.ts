import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The read tables. Each row is the fold of the events about it, so that `liaison rebuild` can make all of them again.
 * A column `x_at` beside `x` is the source time at which `x` was so: the later observation wins, in whatever order they
 * arrive.
 */
export class CreateProjections1763800000002 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table spaces (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        platform      text        not null,
        external_id   text        not null,
        fields        jsonb       not null,
        title         text,
        first_seen_at timestamptz not null,
        last_event_at timestamptz not null,
        deleted_at    timestamptz,
        deleted_by    text
      )`);
    await query.query(`create index spaces_of_tenant on spaces (tenant_id, id)`);
    await query.query(`create index spaces_by_external_id on spaces (tenant_id, external_id)`);

    await query.query(`
      create table members (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        platform      text        not null,
        space_id      uuid        not null,
        external_id   text        not null,
        display_name  text,
        name_order    float8,
        email         text,
        email_order   float8,
        role          text,
        role_order    float8,
        joined_at     timestamptz,
        joined_order  float8,
        left_at       timestamptz,
        left_order    float8
      )`);
    await query.query(`create unique index members_of_space on members (space_id, external_id)`);

    await query.query(`
      create table messages (
        id                 uuid        primary key,
        tenant_id          text        not null,
        connection_id      uuid        not null,
        platform           text        not null,
        space_id           uuid        not null,
        external_id        text        not null,
        sort_at            timestamptz not null,
        author_external_id text,
        author_name        text,
        content            text,
        content_type       text,
        content_at         timestamptz,
        content_rank       smallint    not null,
        conversation       jsonb,
        created_at         timestamptz,
        edited_at          timestamptz,
        deleted_at         timestamptz,
        failed_at          timestamptz,
        unavailable        text,
        revision           integer     not null
      )`);
    await query.query(`create index messages_of_space on messages (space_id, sort_at, id)`);
    await query.query(`create index messages_of_tenant on messages (tenant_id, sort_at, id)`);
    await query.query(`create index messages_by_external_id on messages (tenant_id, external_id)`);

    await query.query(`
      create table annotations (
        id                 uuid        primary key,
        tenant_id          text        not null,
        connection_id      uuid        not null,
        platform           text        not null,
        space_id           uuid        not null,
        message_id         uuid,
        external_id        text        not null,
        type               text,
        payload            jsonb,
        raw_payload        text,
        author_external_id text,
        author_name        text,
        added_at           timestamptz,
        version_at         timestamptz,
        version_rank       smallint    not null,
        removed_at         timestamptz,
        sort_at            timestamptz not null
      )`);
    await query.query(`create index annotations_of_message on annotations (message_id) where message_id is not null`);
    await query.query(`create index annotations_of_tenant on annotations (tenant_id, sort_at, id)`);
    await query.query(`create index annotations_by_external_id on annotations (tenant_id, external_id)`);
    await query.query(`
      create table message_search (
        message_id uuid     primary key,
        tenant_id  text     not null,
        words      tsvector not null
      )`);
    await query.query(`create index message_search_words on message_search using gin (words)`);
    await query.query(`
      create table message_search_cursor (
        only_row boolean primary key default true check (only_row),
        position bigint not null
      )`);
    await query.query(`insert into message_search_cursor (position) values (0)`);
    await query.query(`create index annotations_of_space on annotations (space_id, sort_at, id)`);

    await query.query(`
      create table reactions (
        id               uuid        primary key,
        tenant_id        text        not null,
        connection_id    uuid        not null,
        platform         text        not null,
        space_id         uuid        not null,
        message_id       uuid        not null,
        external_id      text        not null,
        user_external_id text        not null,
        reaction         text        not null,
        added_at         timestamptz,
        removed_at       timestamptz,
        sort_at          timestamptz not null
      )`);
    await query.query(`create index reactions_of_message on reactions (message_id)`);
    await query.query(`create index reactions_of_space on reactions (space_id, sort_at, id)`);
    await query.query(`create index reactions_of_tenant on reactions (tenant_id, sort_at, id)`);

    await query.query(`
      create table conversations (
        id            uuid        primary key,
        tenant_id     text        not null,
        connection_id uuid        not null,
        platform      text        not null,
        space_id      uuid        not null,
        external_id   text        not null,
        fields        jsonb       not null,
        invitation    jsonb,
        started_at    timestamptz,
        ended_at      timestamptz,
        sort_at       timestamptz not null
      )`);
    await query.query(`create index conversations_of_tenant on conversations (tenant_id, sort_at, id)`);
    await query.query(`create index conversations_of_space on conversations (space_id)`);
    await query.query(`create index conversations_by_external_id on conversations (tenant_id, external_id)`);

    await query.query(`
      create table authorizations (
        id                       uuid        primary key,
        tenant_id                text        not null,
        connection_id            uuid        not null,
        platform                 text        not null,
        application_external_id  text        not null,
        organization_external_id text        not null,
        granted                  jsonb,
        granted_order            float8,
        granted_at               timestamptz,
        revoked                  jsonb,
        revoked_order            float8,
        revoked_at               timestamptz,
        sort_at                  timestamptz not null
      )`);
    await query.query(`create index authorizations_of_tenant on authorizations (tenant_id, sort_at, id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(
      `drop table authorizations, conversations, message_search_cursor, message_search, reactions, annotations, messages, members, spaces`,
    );
  }
}
