import { type DataSource } from 'typeorm';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createDataSource } from '../../src/database/data-source.js';
import { type Job } from '../../src/outbox/job.js';
import { JobTable } from '../../src/outbox/job-table.js';
import { PostEnds } from '../../src/posts/post-ends.js';
import { PostTurns, type Turn } from '../../src/posts/post-turns.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const connectionId = uuidV7();
const spaceId = uuidV7();

/** Posts and their jobs, as two processes see them that share a database. */
describe('the turns of posts', () => {
  let database: TestDatabase;
  let sources: DataSource[];

  beforeEach(async () => {
    database = await createTestDatabase();
    sources = await Promise.all([0, 1].map(() => createDataSource(database.url, { poolSize: 20 }).initialize()));
  });
  afterEach(async () => {
    await Promise.all(sources.map((source) => source.destroy()));
    await database.drop();
  });

  const process = (index: number): { turns: PostTurns; ends: PostEnds; jobs: JobTable } => {
    const source = sources[index];
    if (source === undefined) throw new Error('there are two processes');
    return { turns: new PostTurns(source), ends: new PostEnds(source), jobs: new JobTable(source) };
  };
  const addPost = async (more: { readonly poster?: string; readonly grantId?: string } = {}): Promise<string> => {
    const { poster = '', grantId } = more;
    const id = uuidV7();
    await database.query(
      `insert into posts (id, tenant_id, connection_id, platform, space_id, space_external_id, idempotency_key, request_hash,
                          requested_by, poster, grant_id, content)
       values ($1::uuid, 'default', $2, 'webex', $3, 'room', $1::uuid::text, $1::uuid, 'test', $4, $5, '{"text":"same words"}')`,
      [id, connectionId, spaceId, poster, grantId ?? null],
    );
    await database.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload) values ($1, 'default', $2, 'post', $3, $4::jsonb)`,
      [uuidV7(), connectionId, id, JSON.stringify(grantId === undefined ? {} : { grantId })],
    );
    return id;
  };
  const addGrant = async (subject: string, state: string): Promise<string> => {
    const id = uuidV7();
    await database.query(
      `insert into grants (id, tenant_id, connection_id, state, subject_external_id, scopes, requested_by)
       values ($1, 'default', $2, $3, $4, '{write}', 'test')`,
      [id, connectionId, state, subject],
    );
    return id;
  };
  const lease = async (index: number, count = 1): Promise<readonly Job[]> => process(index).jobs.lease(count, 60);
  const take = async (index: number, job: Job): Promise<Turn> => {
    const post = await process(index).turns.read(job.key);
    if (post === undefined) throw new Error('the post is there');
    return process(index).turns.take(post, job);
  };
  const only = async (index: number): Promise<{ job: Job; turn: Turn }> => {
    const [job] = await lease(index);
    if (job === undefined) throw new Error('there is no job to take');
    return { job, turn: await take(index, job) };
  };
  const rows = <Row extends object>(sql: string): Promise<Row[]> => database.query<Row>(sql);

  it('are one at a time for a poster in a space, however many processes ask at once', async () => {
    for (let index = 0; index < 20; index++) await addPost();
    const leased = (await Promise.all([lease(0, 10), lease(1, 10)])).flatMap((jobs, index) =>
      jobs.map((job) => ({ job, index })),
    );
    const turns = await Promise.all(leased.map(({ job, index }) => take(index, job)));
    expect(turns.map(({ kind }) => kind).sort()).toEqual(['try', ...Array<string>(19).fill('wait')]);
    const [first] = await rows<{ id: string }>(`select id from posts order by id limit 1`);
    expect(await rows(`select id from posts where state = 'sending'`)).toEqual([first]);
  });

  it('are taken side by side by different posters', async () => {
    await addPost();
    await addPost({ poster: 'ann', grantId: await addGrant('ann', 'active') });
    await addPost({ poster: 'bob', grantId: await addGrant('bob', 'active') });
    const turns = await Promise.all((await lease(0, 3)).map((job) => take(0, job)));
    expect(turns.map(({ kind }) => kind)).toEqual(['try', 'try', 'try']);
  });

  it('pass on to the next one at once when one ends', async () => {
    for (let index = 0; index < 3; index++) await addPost();
    const jobs = await lease(0, 3);
    const turns = await Promise.all(jobs.map((job) => take(0, job)));
    const [job, turn] = [jobs[0], turns[0]];
    if (job === undefined || turn?.kind !== 'try') throw new Error('the first one has the first turn');
    expect(await lease(1, 3)).toEqual([]);
    await process(0).ends.placed(turn.post, job, turn.number, { externalId: 'm1', createdAt: undefined });
    const called = await lease(1, 3);
    expect(called.map(({ key }) => key)).toEqual([jobs[1]?.key]);
    // What the worker writes late about the one that went to sleep does not put it to sleep again.
    if (jobs[1] !== undefined) await process(0).jobs.retry(jobs[1], 'late', 60_000);
    expect((await take(1, called[0] ?? job)).kind).toBe('try');
  });

  it.each(['parked', 'failed'])(
    'are passed on to one that was %s, and comes back while another is under way',
    async (state) => {
      await addPost();
      const first = await only(0);
      const second = await addPost();
      await database.query(`update posts set state = $1, reason = 'why', attempts = 1 where id = $2`, [state, second]);
      const [job] = await lease(0);
      if (job === undefined || first.turn.kind !== 'try') throw new Error('there are two jobs');
      expect((await take(0, job)).kind).toBe('wait');
      expect(await rows(`select state, reason from posts where id = '${second}'`)).toEqual([
        { state: 'queued', reason: null },
      ]);
      await process(0).ends.placed(first.turn.post, first.job, 1, { externalId: 'm1', createdAt: undefined });
      expect((await only(1)).turn).toMatchObject({ kind: 'try', number: 2 });
    },
  );

  it('are not given under a lease that has ended', async () => {
    await addPost();
    const [stalled] = await process(0).jobs.lease(1, 0);
    const { turn } = await only(1);
    expect(turn.kind).toBe('try');
    if (stalled === undefined) throw new Error('there was a job');
    expect((await take(0, stalled)).kind).toBe('over');
    expect(await rows(`select number from post_attempts`)).toEqual([{ number: 1 }]);
  });

  it('begin with a look where a dead process left a try open, and the late end of that try counts if it knows more', async () => {
    await addPost();
    const dead = await only(0);
    await database.query(`update jobs set run_at = clock_timestamp()`);
    const { job, turn } = await only(1);
    expect(turn.kind).toBe('look');
    expect(await rows(`select outcome, reason from post_attempts`)).toEqual([
      { outcome: 'unknown', reason: 'interrupted' },
    ]);
    if (dead.turn.kind !== 'try' || turn.kind !== 'look') throw new Error('seen above');
    // Not known better: nothing changes. The platform's answer after all: it is there.
    await process(0).ends.unknown(dead.turn.post, 1, 'answer-lost');
    await process(0).ends.refused(dead.turn.post, dead.job, 1, { reason: 'forbidden' });
    expect(await rows(`select state from posts`)).toEqual([{ state: 'unknown' }]);
    await process(0).ends.placed(dead.turn.post, dead.job, 1, { externalId: 'm1', createdAt: undefined });
    expect(await rows(`select state, external_id from posts`)).toEqual([{ state: 'sent', external_id: 'm1' }]);
    expect((await take(1, job)).kind).toBe('over');
    expect(await rows(`select 1 from jobs`)).toEqual([]);
  });

  it('let a post be sent again only after three looks, some seconds apart', async () => {
    await addPost();
    const { turn } = await only(0);
    if (turn.kind !== 'try') throw new Error('it begins with a try');
    await process(0).ends.unknown(turn.post, 1, 'answer-lost');
    const again = async (): Promise<Turn> => {
      await database.query(`update jobs set run_at = clock_timestamp()`);
      return (await only(0)).turn;
    };
    for (const waitMs of [2_000, 4_000]) {
      expect((await again()).kind).toBe('look');
      await process(0).ends.lookedInVain(turn.post, 'looks');
      const early = await again();
      expect(early.kind === 'wait' ? early.afterMs : 0).toBeGreaterThan(waitMs - 1_000);
      await database.query(`update posts set looked_at = looked_at - interval '5 seconds'`);
    }
    expect((await again()).kind).toBe('look');
    await process(0).ends.lookedInVain(turn.post, 'looks');
    const second = await again();
    expect(second).toMatchObject({ kind: 'try', number: 2 });
  });

  it('tell a look which messages are other posts of ours', async () => {
    await addPost();
    const first = await only(0);
    if (first.turn.kind !== 'try') throw new Error('it begins with a try');
    await process(0).ends.placed(first.turn.post, first.job, 1, { externalId: 'm1', createdAt: undefined });
    await addPost();
    const second = await only(0);
    if (second.turn.kind !== 'try') throw new Error('it begins with a try');
    await process(0).ends.unknown(second.turn.post, 1, 'answer-lost');
    await database.query(`update jobs set run_at = clock_timestamp()`);
    const { turn } = await only(0);
    expect(turn.kind === 'look' ? [...turn.search.taken] : []).toEqual(['m1']);
  });

  it('give a message back to the post that it is of, whoever had been taken for it', async () => {
    await addPost();
    await addPost({ poster: 'ann', grantId: await addGrant('ann', 'active') });
    const [one, other] = await lease(0, 2);
    if (one === undefined || other === undefined) throw new Error('there are two jobs');
    const [mistaken, right] = [await take(0, one), await take(0, other)];
    if (mistaken.kind !== 'try' || right.kind !== 'try') throw new Error('both begin with a try');
    await process(0).ends.unknown(mistaken.post, 1, 'answer-lost');
    expect(await process(0).ends.found(mistaken.post, one, { externalId: 'm1', createdAt: undefined })).toBe(true);
    await process(1).ends.placed(right.post, other, 1, { externalId: 'm1', createdAt: undefined });
    expect(await rows(`select state, external_id from posts order by id`)).toEqual([
      { state: 'queued', external_id: null },
      { state: 'sent', external_id: 'm1' },
    ]);
    expect((await only(1)).turn.kind).toBe('look');
    // Found by two at once, it is one's.
    expect(await process(0).ends.found(mistaken.post, one, { externalId: 'm1', createdAt: undefined })).toBe(false);
  });

  it("in a user's name begin only while the grant is active, with a line in the ledger each", async () => {
    const grantId = await addGrant('ann', 'active');
    const id = await addPost({ poster: 'ann', grantId });
    const { job, turn } = await only(0);
    if (turn.kind !== 'try') throw new Error('the grant is active');
    await process(0).ends.again(turn.post, 1, 'unavailable', 'timeout');
    await take(0, job);
    expect(await rows(`select post_id, attempt, grant_id from delegations order by attempt`)).toEqual([
      { post_id: id, attempt: 1, grant_id: grantId },
      { post_id: id, attempt: 2, grant_id: grantId },
    ]);
    await process(0).ends.again(turn.post, 2, 'unavailable', 'timeout');
    for (const state of ['needs-reauthorization', 'revoked', 'denied', 'failed', 'pending']) {
      await database.query(`update grants set state = $1`, [state]);
      expect([state, (await take(0, job)).kind]).toEqual([state, 'no-consent']);
    }
    expect(await rows(`select 1 from post_attempts`)).toHaveLength(2);
    expect(await rows(`select 1 from delegations`)).toHaveLength(2);
  });

  it('cannot begin while a grant is being revoked', async () => {
    const grantId = await addGrant('ann', 'active');
    await addPost({ poster: 'ann', grantId });
    const [job] = await lease(0);
    if (job === undefined) throw new Error('there is a job');
    const revoking = sources[1]?.createQueryRunner();
    await revoking?.startTransaction();
    await revoking?.query(`update grants set state = 'revoked' where id = $1`, [grantId]);
    const turn = take(0, job);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(await rows(`select 1 from post_attempts`)).toEqual([]);
    await revoking?.commitTransaction();
    await revoking?.release();
    expect((await turn).kind).toBe('no-consent');
    expect(await rows(`select 1 from post_attempts`)).toEqual([]);
  });

  it('park a post with its job, and refuse to where the grant is active again', async () => {
    const grantId = await addGrant('ann', 'needs-reauthorization');
    await addPost({ poster: 'ann', grantId });
    const [job] = await lease(0);
    const post = await process(0).turns.read(job?.key ?? '');
    if (job === undefined || post === undefined) throw new Error('there is a job');
    await database.query(`update grants set state = 'active'`);
    const { ends } = process(0);
    expect(await ends.parked(post, job, 'needs-authorization', await ends.now())).toBe('active');
    expect(await rows(`select p.state, j.state as job from posts p, jobs j`)).toEqual([
      { state: 'queued', job: 'waiting' },
    ]);
    await database.query(`update grants set state = 'needs-reauthorization'`);
    expect(await ends.parked(post, job, 'needs-authorization', await ends.now())).toBe('parked');
    expect(await rows(`select p.state, j.state as job from posts p, jobs j`)).toEqual([
      { state: 'parked', job: 'parked' },
    ]);
  });

  it('write the consent into the ledger whose token is used, also where another one has just replaced it', async () => {
    const first = await addGrant('ann', 'active');
    await addPost({ poster: 'ann', grantId: first });
    // The worker has this job, and fetches a token of its grant.
    const [job] = await lease(0);
    if (job === undefined) throw new Error('there is a job');
    // Meanwhile the user consents anew.
    await database.query(`update grants set state = 'revoked', reason = 'replaced' where id = $1`, [first]);
    const second = await addGrant('ann', 'active');
    expect(await take(0, job)).toEqual({ kind: 'wait', reason: 'continues', afterMs: 0 });
    expect(await rows(`select 1 from delegations`)).toEqual([]);
    await process(0).jobs.retry(job, 'continues', 0);
    expect((await only(1)).turn.kind).toBe('try');
    expect(await rows(`select grant_id from delegations`)).toEqual([{ grant_id: second }]);
  });

  it('are called off under a lease that was lost: a late end of the first process changes no post of the second', async () => {
    await addPost();
    const [stalled] = await process(0).jobs.lease(1, 0);
    const { turn } = await only(1);
    if (stalled === undefined || turn.kind !== 'try') throw new Error('the second process has the turn');
    const { ends } = process(0);
    await ends.givenUp(turn.post, stalled, 'late');
    await ends.parked(turn.post, stalled, 'late', await ends.now());
    expect(await rows(`select p.state, j.state as job from posts p, jobs j`)).toEqual([
      { state: 'sending', job: 'waiting' },
    ]);
  });

  it('leave a job alone that is leased when the turn before ends: it comes by itself', async () => {
    for (let index = 0; index < 2; index++) await addPost();
    const [first, second] = await lease(0, 2);
    if (first === undefined || second === undefined) throw new Error('there are two jobs');
    const turn = await take(0, first);
    await take(0, second);
    if (turn.kind !== 'try') throw new Error('the first one has the first turn');
    await database.query(`update jobs set run_at = clock_timestamp() where id = $1`, [second.id]);
    const [again] = await lease(1);
    await process(0).ends.placed(turn.post, first, 1, { externalId: 'm1', createdAt: undefined });
    expect(await lease(0)).toEqual([]);
    expect((await take(1, again ?? second)).kind).toBe('try');
  });

  it.each([
    ['rate-limited', 'try'],
    ['timeout', 'used-up'],
  ])('after twenty tries that ended as %s come to this: %s', async (reason, kind) => {
    const id = await addPost();
    await database.query(`update posts set attempts = 20`);
    await database.query(
      `insert into post_attempts (post_id, number, started_at, ended_at, outcome, reason)
       select $1, n, now(), now(), 'unavailable', $2 from generate_series(1, 20) n`,
      [id, reason],
    );
    expect((await only(0)).turn.kind).toBe(kind);
  });

  it('that are given up while a try of a dead process is open are said to be of unknown outcome', async () => {
    await addPost();
    const { job, turn } = await only(0);
    if (turn.kind !== 'try') throw new Error('it begins with a try');
    expect(await process(1).ends.givenUp(turn.post, job, 'gave-up')).toBe('outcome-unknown');
    expect(await rows(`select p.state, p.reason, a.outcome from posts p, post_attempts a`)).toEqual([
      { state: 'failed', reason: 'outcome-unknown', outcome: 'unknown' },
    ]);
  });
});
