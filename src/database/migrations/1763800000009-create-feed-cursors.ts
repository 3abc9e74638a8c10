import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Places in the change feed that consumers have us keep, and the feed of one space without looking at all others. */
export class CreateFeedCursors1763800000009 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await query.query(`
      create table feed_cursors (
        tenant_id  text        not null,
        name       text        not null,
        position   bigint      not null,
        moved_by   text        not null,
        created_at timestamptz not null default now(),
        moved_at   timestamptz not null default now(),
        constraint feed_cursors_pkey primary key (tenant_id, name)
      ) with (fillfactor = 70)`);
    await query.query(`create index events_feed_of_space on events (space_id, seq) where space_id is not null`);
  }

  async down(query: QueryRunner): Promise<void> {
    await query.query(`drop index events_feed_of_space`);
    await query.query(`drop table feed_cursors`);
  }
}
