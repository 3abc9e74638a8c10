import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
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

interface Delegation {
  readonly grantId: string;
  readonly subject: string;
  readonly act: string;
  readonly postId: string;
  readonly attempt: number;
  readonly scopes: readonly string[];
  readonly requestedBy: string;
  readonly rule: string;
  readonly evidence: Readonly<Record<string, unknown>>;
  readonly at: string;
}

describe('posts in the name of a user', () => {
  let database: TestDatabase;
  let stage: WatsonPostStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWatsonPosts(database.url);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const asAnn = (spaceId: string, text: string): object => ({
    connectionId: stage.connection.id,
    spaceId,
    as: { user: stage.ann.id },
    text,
  });
  const ledger = (query: string): Promise<readonly Delegation[]> =>
    stage.service.get<{ items: Delegation[] }>(`/v1/delegations?${query}`).then(({ items }) => items);

  it('show the user as author, and leave a line in the ledger for every try', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('In her name');
    stage.proxy.decide = ({ path }) => (path.endsWith('/messages') && space.messages.length === 0 ? 'after' : 'pass');
    const lost = await post(stage.service, asAnn(id, 'the answer is lost'));
    const found = await settled(stage.service, lost.body.id);
    expect(found).toMatchObject({ state: 'sent', grantId, as: { user: stage.ann.id } });
    expect(found.attempts).toMatchObject([{ outcome: 'sent', reason: 'found' }]);
    stage.watson.failNext({ path: `/v1/spaces/${space.id}/messages`, status: 429 });
    stage.proxy.decide = () => 'pass';
    const limited = await post(stage.service, asAnn(id, 'the platform says later'));
    await database.query(`update job_pauses set until = now()`);
    await eventually(
      () => postOf(stage.service, limited.body.id),
      ({ attempts }) => attempts[0]?.endedAt !== undefined && attempts[0].endedAt !== null,
    );
    await database.query(`update job_pauses set until = now()`);
    await database.query(`update jobs set run_at = now() where kind = 'post'`);
    const twice = await settled(stage.service, limited.body.id);
    expect(twice.attempts.map(({ outcome }) => outcome)).toEqual(['unavailable', 'sent']);
    expect(space.messages.map(({ author }) => author.id)).toEqual([stage.ann.id, stage.ann.id]);
    const lines = await ledger(`grantId=${grantId}`);
    expect(lines.map(({ postId, attempt }) => [postId, attempt])).toEqual([
      [limited.body.id, 2],
      [limited.body.id, 1],
      [lost.body.id, 1],
    ]);
    expect(lines[0]).toMatchObject({ grantId, subject: stage.ann.id, act: 'post', requestedBy: 'bootstrap' });
    expect(lines[0]?.evidence).toMatchObject({ spaceId: id, spaceExternalId: space.id });
    expect(lines[0]?.scopes.length).toBeGreaterThan(0);
    // A line is older than the try that it stands for, and posts by the app have none.
    expect(Date.parse(lines[2]?.at ?? '')).toBeLessThanOrEqual(space.messages[0]?.created ?? 0);
    expect(await ledger(`subject=${stage.ann.id}`)).toHaveLength(3);
    expect(await ledger(`subject=${stage.bob.id}`)).toEqual([]);
    expect(await ledger(`connectionId=${stage.connection.id}`)).toHaveLength(3);
  });

  it('wait while the grant has lost its tokens, and go on when the user consents again', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Waiting');
    stage.watson.expireTokens();
    stage.watson.revokeRefreshTokens(stage.ann);
    const taken = await post(stage.service, asAnn(id, 'when you are back'));
    const parked = await settled(stage.service, taken.body.id, ['parked']);
    expect(parked.reason).toBe('needs-authorization');
    expect((await stage.service.get<{ state: string }>(`/v1/grants/${grantId}`)).state).toBe('needs-reauthorization');
    const second = await post(stage.service, asAnn(id, 'me too'));
    expect(second.status).toBe(202);
    expect((await settled(stage.service, second.body.id, ['parked'])).attempts).toEqual([]);
    // Others go on meanwhile.
    const app = await post(stage.service, { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'mine' });
    expect((await settled(stage.service, app.body.id)).state).toBe('sent');
    await consentAgain(stage.service, stage.connection.id, grantId);
    expect((await settled(stage.service, taken.body.id)).state).toBe('sent');
    expect((await settled(stage.service, second.body.id)).state).toBe('sent');
    expect(space.messages.filter(({ author }) => author.id === stage.ann.id)).toHaveLength(2);
  });

  it('go on under a new grant that replaces the one they waited for', async () => {
    const old = await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('Replaced');
    stage.watson.expireTokens();
    stage.watson.revokeRefreshTokens(stage.ann);
    const taken = await post(stage.service, asAnn(id, 'by another consent'));
    await settled(stage.service, taken.body.id, ['parked']);
    const fresh = await consent(stage.service, stage.connection.id);
    expect(fresh).not.toBe(old);
    const sent = await settled(stage.service, taken.body.id);
    expect(sent).toMatchObject({ state: 'sent', grantId: fresh });
    expect((await ledger(`grantId=${fresh}`)).map(({ postId }) => postId)).toEqual([taken.body.id]);
  });

  it('do not begin after the grant was revoked, and those that wait fail', async () => {
    const grantId = await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Revoked');
    // The platform is slow, so many wait when the user changes their mind.
    let calls = 0;
    stage.proxy.decide = ({ path }) => {
      if (!path.endsWith('/messages')) return 'pass';
      calls += 1;
      return { until: new Promise((resolve) => setTimeout(resolve, 300)) };
    };
    const taken = [];
    for (let index = 0; index < 10; index++)
      taken.push((await post(stage.service, asAnn(id, `line ${index}`))).body.id);
    await eventually(
      () => calls,
      (count) => count >= 2,
    );
    expect((await stage.service.call('DELETE', `/v1/grants/${grantId}`)).status).toBe(204);
    const callsAtRevocation = calls;
    const { revokedAt } = await stage.service.get<{ revokedAt: string }>(`/v1/grants/${grantId}`);
    const after = await post(stage.service, asAnn(id, 'too late'));
    expect(after.status).toBe(409);
    const posts = [];
    for (const one of taken) posts.push(await settled(stage.service, one));
    expect(calls).toBe(callsAtRevocation);
    expect(space.messages).toHaveLength(callsAtRevocation);
    expect(posts.filter(({ state }) => state === 'sent')).toHaveLength(callsAtRevocation);
    expect(new Set(posts.filter(({ state }) => state === 'failed').map(({ reason }) => reason))).toEqual(
      new Set(['grant-revoked']),
    );
    const lines = await ledger(`grantId=${grantId}`);
    expect(lines).toHaveLength(callsAtRevocation);
    expect(lines.every(({ at }) => Date.parse(at) < Date.parse(revokedAt))).toBe(true);
    stage.proxy.decide = () => 'pass';
  });

  it('that failed go by the grant that came in the place of theirs when somebody asks for another try', async () => {
    await consent(stage.service, stage.connection.id);
    const { id, space } = await stage.space('Another try');
    stage.watson.failNext({ path: `/v1/spaces/${space.id}/messages`, status: 403 });
    const taken = await post(stage.service, asAnn(id, 'refused at first'));
    expect(await settled(stage.service, taken.body.id)).toMatchObject({ state: 'failed', reason: 'forbidden' });
    const next = await consent(stage.service, stage.connection.id);
    await retry(stage.service, taken.body.id);
    const again = await eventually(
      () => postOf(stage.service, taken.body.id),
      ({ state, reason }) => state === 'sent' || reason === 'grant-revoked',
    );
    expect(again).toMatchObject({ state: 'sent', grantId: next });
  });

  it('that are taken while their user consents anew go by the new grant', async () => {
    await consent(stage.service, stage.connection.id);
    const { id } = await stage.space('At the same moment');
    // Holds the request between its look for the grant and its row: a copy of it under the same key is not committed yet.
    const key = randomUUID();
    const copy = new Client({ connectionString: database.url });
    await copy.connect();
    await copy.query('begin');
    await copy.query(
      `insert into posts (id, tenant_id, connection_id, platform, space_id, space_external_id, idempotency_key, request_hash,
                          requested_by, poster, content)
       values (gen_random_uuid(), 'default', gen_random_uuid(), 'x', gen_random_uuid(), 'x', $1, gen_random_uuid(),
               'bootstrap', '', '{}')`,
      [key],
    );
    let isTaken = false;
    const taking = post(stage.service, asAnn(id, 'hello'), { key }).finally(() => (isTaken = true));
    await eventually(
      () => database.query(`select 1 from pg_locks where not granted`),
      (waiting) => waiting.length > 0 || isTaken,
    );
    expect(isTaken).toBe(false);
    const next = await consent(stage.service, stage.connection.id);
    await copy.query('rollback');
    await copy.end();
    const taken = await taking;
    expect(taken.status).toBe(202);
    expect(await settled(stage.service, taken.body.id)).toMatchObject({ state: 'sent', grantId: next });
  });

  it('leave lines in the ledger that say by which rule they were allowed, and that nobody changes', async () => {
    const [line] = await ledger(`connectionId=${stage.connection.id}`);
    expect(line?.rule).toBe('POST /v1/posts by posts:write');
    for (const change of [
      `update delegations set requested_by = 'x'`,
      `delete from delegations`,
      `truncate delegations`,
    ]) {
      await expect(database.query(change)).rejects.toThrow(/append-only/);
    }
  });
});
