import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import {
  consent,
  consentAgain,
  post,
  postOf,
  retry,
  settled,
  startWatsonPosts,
  type WatsonPostStage,
} from '../setup/posts.js';
import { eventually } from '../setup/service.js';

describe('the jobs of posts', () => {
  let database: TestDatabase;
  let stage: WatsonPostStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWatsonPosts(database.url);
  });
  afterEach(() => {
    stage.proxy.decide = () => 'pass';
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const asApp = (spaceId: string, text: string): object => ({
    connectionId: stage.connection.id,
    spaceId,
    as: 'app',
    text,
  });
  const asAnn = (spaceId: string, text: string): object => ({ ...asApp(spaceId, text), as: { user: stage.ann.id } });
  const isMessage = ({ method, path }: { method: string; path: string }): boolean =>
    method === 'POST' && path.endsWith('/messages');

  it('are given to nobody else because somebody asks for another try while they are being done', async () => {
    const { id, space } = await stage.space('Impatient operator');
    let answer = (): void => undefined;
    const held = new Promise<void>((resolve) => (answer = resolve));
    stage.proxy.decide = (call) => (isMessage(call) ? { before: held } : 'pass');
    const taken = await post(stage.service, asApp(id, 'said once'));
    await settled(stage.service, taken.body.id, ['sending']);
    expect((await retry(stage.service, taken.body.id)).status).toBe(200);
    // Several times as long as the outbox rests.
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    expect((await postOf(stage.service, taken.body.id)).attempts).toMatchObject([{ outcome: null }]);
    answer();
    expect((await settled(stage.service, taken.body.id)).attempts).toMatchObject([{ outcome: 'sent' }]);
    expect(space.messages).toHaveLength(1);
  });

  it('are tried again only by who may post', async () => {
    const keys = stage.service.app.get(ApiKeysService);
    const keeper = (await keys.create('default', 'keeper', ['connections:write'])).text;
    const poster = (await keys.create('default', 'poster', ['connections:write', 'posts:write'])).text;
    const { id, space } = await stage.space('Retried by whom');
    stage.watson.failNext({ path: `/v1/spaces/${space.id}/messages`, status: 403 });
    const taken = await post(stage.service, asApp(id, 'refused at first'));
    await settled(stage.service, taken.body.id, ['failed']);
    const refused = await retry(stage.service, taken.body.id, keeper);
    expect([refused.status, refused.body]).toMatchObject([403, { type: 'urn:liaison:problem:scope-missing' }]);
    expect((await retry(stage.service, taken.body.id, poster)).status).toBe(200);
    await settled(stage.service, taken.body.id, ['sent']);
  });

  it('of posts that waited for their user for a week are tried as patiently as any other when the user is back', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('Back from holiday');
    stage.watson.expireTokens();
    stage.watson.revokeRefreshTokens(stage.ann);
    const taken = await post(stage.service, asAnn(id, 'when you are back'));
    await settled(stage.service, taken.body.id, ['parked']);
    await database.query(`update jobs set created_at = created_at - interval '8 days' where key = $1`, [taken.body.id]);
    stage.watson.failNext({ path: '/v1/spaces/', status: 429 });
    await consentAgain(stage.service, stage.connection.id, grantId);
    const job = await eventually(
      () => database.query<{ state: string; reason: string }>(`select state, last_reason as reason from jobs`),
      ([found]) => found?.reason !== 'needs-authorization',
    );
    expect(job).toEqual([{ state: 'waiting', reason: 'rate-limited' }]);
    expect(await postOf(stage.service, taken.body.id)).toMatchObject({ state: 'queued' });
    await database.query(`delete from job_pauses`);
    await database.query(`update jobs set run_at = now()`);
    await settled(stage.service, taken.body.id, ['sent']);
  });

  it('that have broken off for a week end with their posts', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('Broken vault');
    await database.query(
      `update grants set sealed_tokens = overlay(sealed_tokens placing 'AAAA' from 60) where id = $1`,
      [grantId],
    );
    const taken = await post(stage.service, asAnn(id, 'cannot be said'));
    await database.query(`update jobs set created_at = created_at - interval '8 days' where key = $1`, [taken.body.id]);
    expect(await settled(stage.service, taken.body.id)).toMatchObject({ state: 'failed', reason: 'gave-up' });
    expect(await database.query(`select state from jobs where key = $1`, [taken.body.id])).toEqual([
      { state: 'failed' },
    ]);
  });

  it('end as of unknown outcome where no token of a consent that holds may look for the message', async () => {
    await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('Not to be read');
    let calls = 0;
    stage.proxy.decide = (call) => {
      if (call.path === '/graphql') return { refuse: 401 };
      return isMessage(call) && ++calls === 1 ? 'before' : 'pass';
    };
    const taken = await post(stage.service, asAnn(id, 'lost'));
    const looks = (): Promise<{ count: number }[]> =>
      database.query(`select blind_looks as count from posts where id = $1`, [taken.body.id]);
    await eventually(looks, ([row]) => (row?.count ?? 0) > 0);
    // Four minutes later.
    await database.query(
      `update posts set blind_looks = 8, looked_at = looked_at - interval '2 minutes' where id = $1`,
      [taken.body.id],
    );
    const failed = await settled(stage.service, taken.body.id);
    expect(failed).toMatchObject({ state: 'failed', reason: 'outcome-unknown' });
    expect(calls).toBe(1);
  });
});
