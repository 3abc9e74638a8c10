import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Search by the newest first, in a language of the tenant. The index now holds where and when a message was said as
 * well (see `messages/search/message-words.ts`), so the index is made again: the table starts empty and its follower
 * starts at the first event, which takes about a minute for a million messages. Nothing else waits for it.
 */
export class CreateSearch1763800000010 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`drop table message_search`);
    await query.query(`
      create table message_search (
        message_id         uuid        primary key,
        tenant_id          text        not null,
        connection_id      uuid        not null,
        space_id           uuid        not null,
        sort_at            timestamptz not null,
        author_external_id text,
        language           text        not null,
        words              tsvector    not null,
        marks              bigint[]    not null
      )`);
    await query.query(`create index message_search_words on message_search using gin (words, marks)`);
    await query.query(`update message_search_cursor set position = 0`);
    await query.query(`
      create table search_languages (
        tenant_id    text        primary key,
        language     text        not null,
        in_use       text[]      not null,
        changed_at   timestamptz not null,
        reindexed_at timestamptz,
        next_at      timestamptz,
        next_id      uuid,
        done         integer     not null default 0,
        total        integer
      )`);
    await query.query(
      `create index search_languages_to_reindex on search_languages (changed_at) where reindexed_at is null`,
    );
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop table search_languages`);
    await query.query(`drop table message_search`);
    await query.query(`
      create table message_search (
        message_id uuid     primary key,
        tenant_id  text     not null,
        words      tsvector not null
      )`);
    await query.query(`create index message_search_words on message_search using gin (words)`);
    await query.query(`update message_search_cursor set position = 0`);
  }
}
