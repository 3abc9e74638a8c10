import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { OUTBOUND, type HttpCaller } from '../../src/common/outbound/http-caller.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { type Job } from '../../src/outbox/job.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { OutboxWorker } from '../../src/outbox/outbox-worker.js';
import { PostEnds } from '../../src/posts/post-ends.js';
import { PostPlacing } from '../../src/posts/post-placing.js';
import { PostTurns, type Turn } from '../../src/posts/post-turns.js';
import { type PostRow } from '../../src/posts/post.dto.js';
import { PostJob } from '../../src/posts/post.job.js';
import { platforms } from '../../src/registry.module.js';
import { Accounts } from '../../src/tokens/accounts.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { consent, post, startWatsonPosts, type WatsonPostStage } from '../setup/posts.js';
import { eventually } from '../setup/service.js';

/** Turns of a process that the machine suspends just after it has been given one. */
class SuspendedTurns extends PostTurns {
  isSuspended = false;
  until: Promise<void> = Promise.resolve();
  override async take(known: PostRow, job: Job): Promise<Turn> {
    const turn = await super.take(known, job);
    this.isSuspended = true;
    await this.until;
    return turn;
  }
}

describe('a process that is suspended between the row of a try and its call', () => {
  let database: TestDatabase;
  let stage: WatsonPostStage;
  let turns: SuspendedTurns;
  let jobs: JobTable;
  let wake: () => void;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWatsonPosts(database.url);
    // From here on jobs are done by hand.
    await stage.service.app.get(OutboxWorker).stop();
    turns = new SuspendedTurns(stage.service.app.get(DataSource));
    jobs = stage.service.app.get(JobTable);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });
  /** The clock of this machine, which the suspended process and the other one read. */
  const later = (ms: number): void => {
    const now = performance.now.bind(performance);
    vi.spyOn(performance, 'now').mockImplementation(() => now() + ms);
  };
  const jobWith = (own: PostTurns): PostJob => {
    const { app } = stage.service;
    return new PostJob(
      platforms,
      app.get<HttpCaller>(OUTBOUND),
      app.get<ActingTokens>(ACTING_TOKENS),
      app.get(Accounts),
      app.get(ConnectionDirectory),
      own,
      app.get(PostEnds),
      app.get(PostPlacing),
    );
  };
  const lease = async (): Promise<Job> => {
    const [job] = await jobs.lease(1, 120);
    if (job === undefined) throw new Error('there is no job');
    return job;
  };
  /** Begins a job whose process is suspended; `asleep` ends once it has been woken. */
  const suspend = async (): Promise<{ readonly asleep: Promise<unknown> }> => {
    turns.isSuspended = false;
    turns.until = new Promise((resolve) => (wake = resolve));
    const running = jobWith(turns).run(await lease(), AbortSignal.timeout(120_000));
    const asleep = running.catch((error: unknown) => error);
    await eventually(
      () => turns.isSuspended,
      (isSuspended) => isSuspended,
    );
    return { asleep };
  };

  it('makes no call in the name of a user after the grant was revoked', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Revoked in its sleep');
    await post(stage.service, {
      connectionId: stage.connection.id,
      spaceId: id,
      as: { user: stage.ann.id },
      text: 'too late',
    });
    const { asleep } = await suspend();
    const revoked = stage.service.call('DELETE', `/v1/grants/${grantId}`);
    await eventually(
      () => stage.service.get<{ state: string }>(`/v1/grants/${grantId}`),
      ({ state }) => state === 'revoked',
    );
    // Whoever revokes waits for the try to end, for as long as one may take.
    later(20_001);
    expect((await revoked).status).toBe(204);
    const before = space.messages.length;
    wake();
    await asleep;
    expect(space.messages.length).toBe(before);
  });

  it('makes no call after its turn, when another process has looked, found nothing and sent it', async () => {
    const { id, space } = await stage.space('Sent by another one');
    await database.query(`delete from jobs`);
    await post(stage.service, { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'said once' });
    const { asleep } = await suspend();
    // Two minutes later by every clock: the lease has ended.
    later(121_000);
    await database.query(`update jobs set run_at = now()`);
    const job = await lease();
    const other = jobWith(stage.service.app.get(PostTurns));
    for (let run = 0; run < 10 && space.messages.length === 0; run++) {
      await other.run(job, AbortSignal.timeout(60_000));
      await database.query(`update posts set looked_at = looked_at - interval '1 minute'`);
    }
    expect(space.messages).toHaveLength(1);
    wake();
    await asleep;
    expect(space.messages).toHaveLength(1);
  });
});
