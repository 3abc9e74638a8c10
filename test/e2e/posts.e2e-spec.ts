import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import {
  post,
  postOf,
  settled,
  startWatsonPosts,
  startWebexPosts,
  type ShownPost,
  type WatsonPostStage,
  type WebexPostStage,
} from '../setup/posts.js';
import { eventually, type Answer } from '../setup/service.js';

interface Refusal {
  readonly type: string;
  readonly detail: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

/** What a refused request was told. */
function refusal(answer: Answer<unknown>): Refusal & { readonly status: number } {
  // The shape of every error body; the assertions check what matters.
  return { status: answer.status, ...(answer.body as Refusal) };
}

function pointers(answer: Answer<unknown>): readonly string[] {
  return (refusal(answer).errors ?? []).map(({ pointer }) => pointer);
}

describe('posts to Watson Work', () => {
  let database: TestDatabase;
  let stage: WatsonPostStage;
  let spaceId: string;
  let base: { connectionId: string; spaceId: string; as: 'app' };

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWatsonPosts(database.url);
    spaceId = (await stage.space()).id;
    base = { connectionId: stage.connection.id, spaceId, as: 'app' };
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  it('are taken at once, placed, and tell their whole story', async () => {
    const { id, space } = await stage.space('Another deal');
    const taken = await post(stage.service, { ...base, spaceId: id, text: 'Quote Q-118 is out', title: 'Sales' });
    expect(taken.status).toBe(202);
    expect(taken.body).toMatchObject({ state: 'queued', attempts: [], externalId: null, sentAt: null, as: 'app' });
    const shown = await eventually(
      () => postOf(stage.service, taken.body.id),
      ({ messageId }) => messageId !== null,
    );
    const [message] = space.messages;
    expect(message?.author.displayName).toBe('Liaison');
    expect(message?.annotations[0]?.parsed).toMatchObject({
      type: 'generic',
      text: 'Quote Q-118 is out',
      title: 'Sales',
    });
    expect(shown).toMatchObject({ state: 'sent', externalId: message?.id, requestedBy: 'bootstrap', reason: null });
    expect(shown.attempts).toMatchObject([{ number: 1, outcome: 'sent', reason: null }]);
    expect(shown.sentAt).not.toBeNull();
    // The echo is a fact like any other; the words of an app's message come in an annotation behind it.
    const echo = await eventually(
      () => stage.service.get<{ externalId: string; content: string }>(`/v1/messages/${shown.messageId ?? ''}`),
      ({ content }) => content !== '',
    );
    expect(echo).toMatchObject({ externalId: message?.id, content: 'Quote Q-118 is out' });
  });

  it('are one post for all copies of a request under one key, also of copies that come at once', async () => {
    const { id, space } = await stage.space('Copies');
    const key = `copy of ${randomUUID()}`.replaceAll(' ', '-');
    const body = { ...base, spaceId: id, text: 'only once' };
    const answers = await Promise.all(Array.from({ length: 50 }, () => post(stage.service, body, { key })));
    expect(answers.map(({ status }) => status).sort()).toEqual([...Array<number>(49).fill(200), 202]);
    expect(new Set(answers.map(({ body: { id: one } }) => one)).size).toBe(1);
    const [first] = answers;
    await settled(stage.service, first?.body.id ?? '');
    const reordered = { text: 'only once', as: 'app', spaceId: id.toUpperCase(), connectionId: base.connectionId };
    const later = await post(stage.service, reordered, { key });
    expect([later.status, later.body.id, later.body.state]).toEqual([200, first?.body.id, 'sent']);
    expect(space.messages).toHaveLength(1);
  });

  it.each([
    ['other words', { text: 'something else' }],
    ['another title', { title: 'Other' }],
    ['markdown besides', { markdown: '*only once*' }],
    ['another poster', { as: { user: 'somebody' } }],
  ])('are refused under the key of another request: %s', async (_, change) => {
    const key = randomUUID();
    const body = { ...base, text: 'words' };
    expect((await post(stage.service, body, { key })).status).toBe(202);
    const other = await post(stage.service, { ...body, ...change }, { key });
    expect(refusal(other)).toMatchObject({ status: 409, type: 'urn:liaison:problem:conflict' });
  });

  it('under one key are of one caller: another caller of the tenant may use the same key', async () => {
    const keys = stage.service.app.get(ApiKeysService, { strict: false });
    const one = await keys.create('default', 'one', ['posts:write']);
    const two = await keys.create('default', 'two', ['posts:write']);
    const key = randomUUID();
    const first = await post(stage.service, { ...base, text: 'from one' }, { key, credential: one.text });
    const second = await post(stage.service, { ...base, text: 'from two' }, { key, credential: two.text });
    expect([first.status, second.status]).toEqual([202, 202]);
    const again = await post(stage.service, { ...base, text: 'from one' }, { key, credential: one.text });
    expect([again.status, again.body.id]).toEqual([200, first.body.id]);
  });

  it.each([
    ['is missing', {}],
    ['is empty', { 'idempotency-key': '' }],
    ['has a blank', { 'idempotency-key': 'a b' }],
    ['is too long', { 'idempotency-key': 'k'.repeat(256) }],
  ])('are refused where the key %s', async (_, headers) => {
    const answer = await stage.service.call('POST', '/v1/posts', { body: { ...base, text: 'x' }, headers });
    expect([answer.status, pointers(answer)]).toEqual([400, ['Idempotency-Key']]);
  });

  it('take keys of 255 characters', async () => {
    expect((await post(stage.service, { ...base, text: 'x' }, { key: '~'.repeat(255) })).status).toBe(202);
  });

  it.each([
    [{ text: '' }, '/text'],
    [{ text: 7 }, '/text'],
    [{ text: 'x', as: 'me' }, '/as'],
    [{ text: 'x', as: { user: '' } }, '/as'],
    [{ text: 'x', as: { user: 'ann', more: 1 } }, '/as'],
    [{ text: 'x', spaceId: 'here' }, '/spaceId'],
    [{ text: 'x', colour: 'red' }, '/colour'],
    [{ text: 'x', card: [] }, '/card'],
    [{ text: 'x'.repeat(10_001) }, '/text'],
    [{ text: 'x', markdown: 'x'.repeat(10_001) }, '/markdown'],
    [{ text: 'x', title: 'x'.repeat(251) }, '/title'],
    [{ text: 'x', html: '<b>x</b>' }, '/html'],
    [{ text: 'x', card: { type: 'AdaptiveCard' } }, '/card'],
    [{ text: 'x', endpoint: 'sip:desk@example.com' }, '/endpoint'],
    [{ text: 'x', replyTo: null }, '/replyTo'],
    [{ text: 'x', endpoint: null }, '/endpoint'],
    [{ text: 'x', markdown: null }, '/markdown'],
    [{ text: 'x', html: null }, '/html'],
    [{ text: 'x', card: null }, '/card'],
    [{ text: 'x', title: null }, '/title'],
  ])('are refused before anything is stored: %j', async (change, pointer) => {
    const key = randomUUID();
    const answer = await post(stage.service, { ...base, ...change }, { key });
    expect([answer.status, pointers(answer)]).toEqual([400, [pointer]]);
    expect(await database.query(`select 1 from posts where idempotency_key = $1`, [key])).toEqual([]);
  });

  it('take a text of the full length, and count characters as the platform does', async () => {
    const taken = await post(stage.service, { ...base, text: 'ü'.repeat(10_000) });
    expect(taken.status).toBe(202);
    expect((await settled(stage.service, taken.body.id)).state).toBe('sent');
  });

  it('keep words plain that look like markup, and leave markdown as it is', async () => {
    const { id, space } = await stage.space('Markup');
    const forged = 'From a field: <@83152e37-0d9f-4bbb-9d5f-024e75a97600|Bob> [click](https://evil.example)';
    const plain = await post(stage.service, { ...base, spaceId: id, text: forged });
    await settled(stage.service, plain.body.id);
    const meant = await post(stage.service, {
      ...base,
      spaceId: id,
      text: 'see',
      markdown: '[here](https://a.example)',
    });
    await settled(stage.service, meant.body.id);
    const words = space.messages.map(({ annotations }) => String(annotations[0]?.parsed?.['text']));
    expect(words[0]).not.toMatch(/<@|\]\(/);
    expect(words[0]?.replaceAll('\u200b', '')).toBe(forged);
    expect(words[1]).toBe('[here](https://a.example)');
  });

  it('cannot answer a message there, and know only messages of the space', async () => {
    const { id, space } = await stage.space('Threads');
    const asked = space.post(stage.ann, 'What does it cost?');
    const found = await eventually(
      () => stage.service.get<{ items: { id: string }[] }>(`/v1/messages?externalId=${asked.id}`),
      ({ items }) => items.length > 0,
    );
    const replyTo = found.items[0]?.id;
    const here = await post(stage.service, { ...base, spaceId: id, text: 'nine', replyTo });
    expect([here.status, pointers(here)]).toEqual([400, ['/replyTo']]);
    const elsewhere = await post(stage.service, { ...base, text: 'nine', replyTo });
    expect(elsewhere.status).toBe(404);
  });

  it('in the name of somebody who never allowed it are refused by that name', async () => {
    const answer = await post(stage.service, { ...base, as: { user: stage.bob.id }, text: 'I quit' });
    expect(refusal(answer)).toMatchObject({ status: 409, errors: [{ pointer: '/as/user' }] });
    expect(refusal(answer).detail).toMatch(/no grant/);
  });

  it('that the platform refuses fail with its reason and words, and are not tried again', async () => {
    const { id, space } = await stage.space('Closed');
    space.removeMembers([stage.app]);
    const taken = await post(stage.service, { ...base, spaceId: id, text: 'let me in' });
    const failed = await settled(stage.service, taken.body.id);
    expect(failed).toMatchObject({ state: 'failed', reason: 'forbidden', platformMessage: 'Access is denied' });
    expect(failed.attempts).toMatchObject([{ outcome: 'refused', reason: 'forbidden' }]);
    const jobs = await stage.service.get<{ items: { key: string; state: string; id: string }[] }>(
      '/v1/jobs?state=failed',
    );
    const job = jobs.items.find(({ key }) => key === taken.body.id);
    expect(job).toBeDefined();
    // Somebody lets the app in again and asks for another try.
    space.addMembers([stage.app]);
    await stage.service.call('POST', `/v1/jobs/${job?.id ?? ''}/retry`);
    const again = await settled(stage.service, taken.body.id, ['sent']);
    expect(again).toMatchObject({ reason: null, platformMessage: null });
    expect(again.attempts.map(({ outcome }) => outcome)).toEqual(['refused', 'sent']);
  });

  it('are tried again after a refusal of the token, with a new one, in the same run', async () => {
    stage.watson.expireTokens();
    const taken = await post(stage.service, { ...base, text: 'after the tokens died' });
    const sent = await settled(stage.service, taken.body.id);
    expect(sent.attempts.map(({ outcome }) => outcome)).toEqual(['unauthorized', 'sent']);
  });

  it('are in the order in which they were taken', async () => {
    const { id, space } = await stage.space('Order');
    const words = Array.from({ length: 12 }, (_, index) => `line ${index}`);
    for (const text of words) await post(stage.service, { ...base, spaceId: id, text });
    await eventually(
      () => space.messages.length,
      (count) => count === words.length,
      20_000,
    );
    expect(space.messages.map(({ annotations }) => annotations[0]?.parsed?.['text'])).toEqual(words);
  });

  it('are listed newest first, by connection, space and state, page by page', async () => {
    const { id } = await stage.space('Lists');
    const made: string[] = [];
    for (let index = 0; index < 5; index++) {
      made.push((await post(stage.service, { ...base, spaceId: id, text: `listed ${index}` })).body.id);
    }
    for (const one of made) await settled(stage.service, one);
    const list = (query: string): Promise<{ items: ShownPost[]; nextCursor: string | null }> =>
      stage.service.get(`/v1/posts?spaceId=${id}&${query}`);
    const first = await list('limit=3');
    const second = await list(`limit=3&cursor=${first.nextCursor ?? ''}`);
    expect([...first.items, ...second.items].map((one) => one.id)).toEqual(made.toReversed());
    expect(second.nextCursor).toBeNull();
    expect(first.items[0]?.attempts).toHaveLength(1);
    expect((await list(`connectionId=${base.connectionId}&state=sent`)).items).toHaveLength(5);
    expect((await list(`connectionId=${randomUUID()}`)).items).toEqual([]);
    expect((await list('state=failed')).items).toEqual([]);
  });

  it("know nothing of another tenant's connections, spaces, keys and posts", async () => {
    const apiKeys = stage.service.app.get(ApiKeysService, { strict: false });
    const credential = (await apiKeys.create('another tenant', 'stranger', ['admin'])).text;
    const key = randomUUID();
    const taken = await post(stage.service, { ...base, text: 'mine' }, { key });
    expect((await post(stage.service, { ...base, text: 'mine' }, { key, credential })).status).toBe(404);
    const own = await stage.service.call<{ id: string }>('POST', '/v1/connections', {
      credential,
      body: {
        platform: 'watson-work',
        name: 'Theirs',
        settings: { appId: 'theirs', apiUrl: stage.proxy.url },
        secrets: { appSecret: 's', webhookSecrets: ['s'] },
      },
    });
    const crossed = await post(stage.service, { ...base, connectionId: own.body.id, text: 'x' }, { credential });
    expect([crossed.status, refusal(crossed).detail]).toEqual([404, 'There is no such space of this connection.']);
    for (const path of [`/v1/posts/${taken.body.id}`, `/v1/posts/${randomUUID()}`]) {
      const answer = await stage.service.call('GET', path, { credential });
      expect([answer.status, refusal(answer).detail]).toEqual([404, 'There is no such post.']);
    }
    const listed = await stage.service.call<{ items: object[] }>('GET', `/v1/posts?spaceId=${spaceId}`, { credential });
    expect(listed.body.items).toEqual([]);
  });

  it('need their scopes', async () => {
    const apiKeys = stage.service.app.get(ApiKeysService, { strict: false });
    const reader = (await apiKeys.create('default', 'reader', ['events:read'])).text;
    const writer = (await apiKeys.create('default', 'writer', ['posts:write'])).text;
    expect((await post(stage.service, { ...base, text: 'x' }, { credential: reader })).status).toBe(403);
    const taken = await post(stage.service, { ...base, text: 'x' }, { credential: writer });
    expect(taken.status).toBe(202);
    expect(taken.body.requestedBy).toMatch(/^key:/);
    expect((await stage.service.call('GET', '/v1/posts', { credential: writer })).status).toBe(403);
    expect((await stage.service.call('GET', '/v1/delegations', { credential: writer })).status).toBe(403);
  });
});

describe('posts to Webex', () => {
  let database: TestDatabase;
  let stage: WebexPostStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startWebexPosts(database.url);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const body = (spaceId: string, more: object): object => ({
    connectionId: stage.connection.id,
    spaceId,
    as: 'app',
    ...more,
  });
  const placed = async (spaceId: string, more: object): Promise<ShownPost> => {
    const taken = await post(stage.service, body(spaceId, more));
    expect(taken.status).toBe(202);
    return eventually(
      () => postOf(stage.service, taken.body.id),
      ({ messageId, state }) => messageId !== null || state === 'failed',
      20_000,
    );
  };

  it('say text, markdown and cards', async () => {
    const { id, room } = await stage.room();
    const card = { type: 'AdaptiveCard', version: '1.3', body: [{ type: 'TextBlock', text: 'Approve?' }] };
    await placed(id, { text: 'Approve?', markdown: '**Approve?**', card });
    const [message] = room.messages.map((one) => one.body());
    expect(message).toMatchObject({
      markdown: '**Approve?**',
      personId: stage.ann.id,
      attachments: [{ contentType: 'application/vnd.microsoft.card.adaptive', content: card }],
    });
  });

  it('answer in threads, and answers to answers go to where the thread began', async () => {
    const { id, room } = await stage.room('Threads');
    const question = await placed(id, { text: 'Which plan?' });
    const first = await placed(id, { text: 'The small one', replyTo: question.messageId });
    const second = await placed(id, { text: 'Sure?', replyTo: first.messageId });
    expect([first.state, second.state]).toEqual(['sent', 'sent']);
    const parents = room.messages.map(({ parentId }) => parentId);
    expect(parents).toEqual([undefined, question.externalId, question.externalId]);
  });

  it.each([
    [{ text: 'ü'.repeat(3_720) }, '/text'],
    [{ text: 'x', markdown: 'x'.repeat(7_440) }, '/markdown'],
    [{ text: 'x', html: '<b>x</b>' }, '/html'],
    [{ text: 'x', title: 'x' }, '/title'],
    [{ text: 'x', endpoint: 'sip:desk@example.com' }, '/endpoint'],
  ])('are refused before anything is stored: %#', async (change, pointer) => {
    const { id } = await stage.room('Limits');
    const answer = await post(stage.service, body(id, change));
    expect([answer.status, pointers(answer)]).toEqual([400, [pointer]]);
  });

  it('take 7439 bytes', async () => {
    const { id } = await stage.room('Long');
    expect((await placed(id, { text: `${'ü'.repeat(3_719)}x` })).state).toBe('sent');
  });

  it('wait as long as a 429 says', async () => {
    const { id, room } = await stage.room('Limited');
    stage.webex.failNext({ path: '/v1/messages', method: 'POST', status: 429, retryAfterSeconds: 1 });
    const started = performance.now();
    const sent = await placed(id, { text: 'slowly' });
    expect(performance.now() - started).toBeGreaterThan(1_000);
    expect(sent.attempts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['unavailable', 'rate-limited'],
      ['sent', null],
    ]);
    expect(room.messages).toHaveLength(1);
  });
});
