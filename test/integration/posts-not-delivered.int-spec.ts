import { type DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createDataSource } from '../../src/database/data-source.js';
import { inTransaction } from '../../src/database/transaction.js';
import { type LiaisonEvent } from '../../src/events/event.js';
import { type Job } from '../../src/outbox/job.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { PostEchoReaction } from '../../src/posts/post-echo.reaction.js';
import { PostEnds } from '../../src/posts/post-ends.js';
import { PostTurns, type Turn } from '../../src/posts/post-turns.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const connectionId = uuidV7();
const spaceId = uuidV7();

describe('posts that the platform reports as not delivered', () => {
  let database: TestDatabase;
  let source: DataSource;
  let turns: PostTurns;
  let ends: PostEnds;
  let jobs: JobTable;

  beforeEach(async () => {
    database = await createTestDatabase();
    source = await createDataSource(database.url, { poolSize: 5 }).initialize();
    [turns, ends, jobs] = [new PostTurns(source), new PostEnds(source), new JobTable(source)];
  });
  afterEach(async () => {
    await source.destroy();
    await database.drop();
  });

  const addPost = async (): Promise<string> => {
    const id = uuidV7();
    await database.query(
      `insert into posts (id, tenant_id, connection_id, platform, space_id, space_external_id, idempotency_key, request_hash,
                          requested_by, poster, content)
       values ($1::uuid, 'default', $2, 'skype-for-business', $3, 'room', $1::uuid::text, $1::uuid, 'test', '', '{"text":"x"}')`,
      [id, connectionId, spaceId],
    );
    await database.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload) values ($1, 'default', $2, 'post', $3, '{}')`,
      [uuidV7(), connectionId, id],
    );
    return id;
  };
  const lease = async (): Promise<Job> => {
    const [job] = await jobs.lease(1, 60);
    if (job === undefined) throw new Error('there is no job');
    return job;
  };
  const take = async (job: Job): Promise<Turn> => {
    const post = await turns.read(job.key);
    if (post === undefined) throw new Error('there is no post');
    return turns.take(post, job);
  };
  const notDelivered = (postId: string): Promise<void> => {
    const event = {
      id: uuidV7(),
      type: 'message.failed',
      tenantId: 'default',
      connectionId,
      platform: 'skype-for-business',
      deliveryId: uuidV7(),
      deliverySeq: '1',
      ordinal: 0,
      occurredAt: new Date(),
      learnedAt: new Date(),
      spaceId,
      messageId: uuidV7(),
      subjectId: uuidV7(),
      data: { messageExternalId: '/m/1', operationId: postId, reason: { code: 'RemoteFailure' } },
    } as unknown as LiaisonEvent;
    return inTransaction(source, (tx) => new PostEchoReaction().react([event], tx));
  };
  const shown = async (id: string): Promise<{ state: string; reason: string | null } | undefined> =>
    (
      await database.query<{ state: string; reason: string | null }>(`select state, reason from posts where id = $1`, [
        id,
      ])
    )[0];

  it('stay so, also where the answer to the try was lost and somebody asks for another one', async () => {
    const id = await addPost();
    const job = await lease();
    const turn = await take(job);
    if (turn.kind !== 'try') throw new Error('it has its turn');
    await ends.unknown(turn.post, 1, 'answer-lost');
    await notDelivered(id);
    // Sent again under its name, it would be answered as if that had brought the message.
    expect((await take(job)).kind).toBe('over');
    await database.query(`update jobs set state = 'waiting', run_at = clock_timestamp()`);
    expect(await take(await lease())).toEqual({ kind: 'failed', reason: 'not-delivered' });
    expect(await shown(id)).toEqual({ state: 'failed', reason: 'not-delivered' });
    expect(await database.query(`select state from jobs where key = $1`, [id])).toEqual([{ state: 'failed' }]);
  });

  it('leave a failed job also where they were sent', async () => {
    const id = await addPost();
    const job = await lease();
    const turn = await take(job);
    if (turn.kind !== 'try') throw new Error('it has its turn');
    await ends.placed(turn.post, job, 1, { externalId: '/m/1', createdAt: undefined });
    await notDelivered(id);
    expect(await shown(id)).toEqual({ state: 'failed', reason: 'not-delivered' });
    // docs/posts.md: a failed post has a failed job.
    expect(await database.query(`select state from jobs where key = $1`, [id])).toEqual([{ state: 'failed' }]);
  });

  it('stay so when the answer to the try comes after that', async () => {
    const id = await addPost();
    const job = await lease();
    const turn = await take(job);
    if (turn.kind !== 'try') throw new Error('it has its turn');
    await notDelivered(id);
    await ends.placed(turn.post, job, 1, { externalId: '/m/1', createdAt: undefined });
    expect(await shown(id)).toEqual({ state: 'failed', reason: 'not-delivered' });
    expect(await database.query(`select state from jobs where key = $1`, [id])).toEqual([{ state: 'failed' }]);
  });

  it('give the next post of the poster its turn', async () => {
    const [id] = [await addPost(), await addPost()];
    const [first, second] = [await lease(), await lease()];
    await take(first);
    expect((await take(second)).kind).toBe('wait');
    await notDelivered(id);
    expect((await lease()).key).toBe(second.key);
  });
});
