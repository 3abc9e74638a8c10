import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type KeyDto, type MadeKeyDto } from '../../src/auth/api-key.dto.js';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { type Scope } from '../../src/auth/scopes.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';

interface Problem {
  readonly type: string;
  readonly errors?: readonly { readonly pointer: string; readonly detail: string }[];
}

const day = 86_400_000;
const inDays = (days: number): string => new Date(Date.now() + days * day).toISOString();

describe('the routes of API keys', () => {
  let database: TestDatabase;
  let service: TestService;

  const create = <Body = MadeKeyDto>(body: object, credential?: string): Promise<Answer<Body>> =>
    service.call<Body>('POST', '/v1/keys', { body, ...(credential === undefined ? {} : { credential }) });
  const make = async (scopes: readonly Scope[], more: object = {}): Promise<MadeKeyDto> => {
    const answer = await create({ name: 'Test', scopes, ...more });
    expect(answer).toMatchObject({ status: 201 });
    return answer.body;
  };
  const rotate = <Body = MadeKeyDto>(id: string, body?: object, credential?: string): Promise<Answer<Body>> =>
    service.call<Body>('POST', `/v1/keys/${id}/rotate`, {
      ...(body === undefined ? {} : { body }),
      ...(credential === undefined ? {} : { credential }),
    });
  const status = async (credential: string, path = '/v1/messages'): Promise<number> =>
    (await service.call('GET', path, { credential })).status;
  const show = (id: string): Promise<KeyDto> => service.get<KeyDto>(`/v1/keys/${id}`);

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('make a key that is let in with its scopes, and show its text in no other answer', async () => {
    const { key, ...made } = await make(['events:read']);
    expect(key).toMatch(/^lia_[a-z2-7]{12}_/);
    expect(await status(key)).toBe(200);
    expect(await status(key, '/v1/connections')).toBe(403);
    const shown = await show(made.id);
    expect({ ...shown, lastUsedAt: null }).toEqual(made);
    const list = await service.get<{ items: object[] }>('/v1/keys');
    for (const answer of [shown, list]) {
      expect(JSON.stringify(answer)).not.toContain(key.slice(-43));
      expect(JSON.stringify(answer)).not.toContain('hash');
    }
  });

  it('keep the answer with the text out of caches', async () => {
    const made = await create({ name: 'Test', scopes: ['events:read'] });
    expect(made.headers.get('cache-control')).toBe('no-store');
    expect((await rotate(made.body.id)).headers.get('cache-control')).toBe('no-store');
  });

  it('say who made a key', async () => {
    const admin = await make(['admin']);
    expect(admin.createdBy).toBe('bootstrap');
    expect((await create({ name: 'x', scopes: ['events:read'] }, admin.key)).body.createdBy).toBe(`key:${admin.id}`);
  });

  it.each<readonly [string, object, string]>([
    ['no name', { scopes: ['events:read'] }, '/name'],
    ['no scope', { name: 'x', scopes: [] }, '/scopes'],
    ['an unknown scope', { name: 'x', scopes: ['everything'] }, '/scopes'],
    ['a scope twice', { name: 'x', scopes: ['admin', 'admin'] }, '/scopes'],
    ['an end that is no time', { name: 'x', scopes: ['admin'], expiresAt: 'soon' }, '/expiresAt'],
    ['an end that has passed', { name: 'x', scopes: ['admin'], expiresAt: inDays(-1) }, '/expiresAt'],
    ['a limit of nothing', { name: 'x', scopes: ['admin'], requestsPerMinute: 0 }, '/requestsPerMinute'],
    ['another tenant', { name: 'x', scopes: ['admin'], tenantId: 'other' }, '/tenantId'],
  ])('refuse a key with %s, by its name', async (_, body, pointer) => {
    const answer = await create<Problem>(body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors?.map((error) => error.pointer)).toEqual([pointer]);
  });

  it('list keys newest first, page by page, each once', async () => {
    const names = ['one', 'two', 'three', 'four', 'five'];
    for (const name of names) await create({ name, scopes: ['events:read'] });
    const seen: KeyDto[] = [];
    let cursor: string | null = '';
    while (cursor !== null) {
      const page: { items: KeyDto[]; nextCursor: string | null } = await service.get(
        `/v1/keys?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`,
      );
      seen.push(...page.items);
      cursor = page.nextCursor;
    }
    expect(new Set(seen.map((key) => key.id)).size).toBe(seen.length);
    expect(seen.map((key) => key.createdAt)).toEqual(
      seen
        .map((key) => key.createdAt)
        .toSorted()
        .toReversed(),
    );
    expect(new Set(seen.slice(0, 5).map((key) => key.name))).toEqual(new Set(names));
  });

  it('revoke a key, and show that it was', async () => {
    const { id, key } = await make(['events:read']);
    expect(await status(key)).toBe(200);
    expect((await service.call('DELETE', `/v1/keys/${id}`)).status).toBe(204);
    expect(await status(key)).toBe(401);
    expect(await show(id)).toMatchObject({ state: 'revoked' });
    expect((await service.call('DELETE', `/v1/keys/${id}`)).status).toBe(404);
  });

  it('let a key end at its time', async () => {
    const { id, key } = await make(['events:read'], { expiresAt: new Date(Date.now() + 1_500).toISOString() });
    expect(await status(key)).toBe(200);
    await eventually(
      () => status(key),
      (code) => code === 401,
      5_000,
    );
    expect(await show(id)).toMatchObject({ state: 'expired' });
  });

  it('show when a key was used last, to the minute', async () => {
    const { id, key } = await make(['events:read']);
    expect((await show(id)).lastUsedAt).toBeNull();
    await Promise.all(Array.from({ length: 20 }, () => status(key)));
    const { lastUsedAt } = await eventually(
      () => show(id),
      (shown) => shown.lastUsedAt !== null,
    );
    await status(key);
    expect((await show(id)).lastUsedAt).toBe(lastUsedAt);
  });

  describe('to rotate', () => {
    it('give a new key that allows the same, and keep the old one for the overlap', async () => {
      const old = await make(['events:read', 'posts:write'], { requestsPerMinute: 100, expiresAt: inDays(90) });
      const { status: code, body: fresh } = await rotate(old.id, { overlapSeconds: 3_600 });
      expect(code).toBe(201);
      expect(fresh).toMatchObject({ name: old.name, scopes: old.scopes, requestsPerMinute: 100, replaces: old.id });
      expect(fresh.expiresAt).toBe(old.expiresAt);
      for (const key of [old.key, fresh.key]) expect(await status(key)).toBe(200);
      const overlapMs = Date.parse((await show(old.id)).expiresAt ?? '') - Date.now();
      expect(overlapMs).toBeGreaterThan(3_590_000);
      expect(overlapMs).toBeLessThanOrEqual(3_600_000);
    });

    it('keep the old one for a day where nothing is said', async () => {
      const old = await make(['events:read']);
      expect((await rotate(old.id)).status).toBe(201);
      const overlapMs = Date.parse((await show(old.id)).expiresAt ?? '') - Date.now();
      expect(Math.round(overlapMs / 3_600_000)).toBe(24);
    });

    it('refuse the old one at once where there is no overlap', async () => {
      const old = await make(['events:read']);
      expect(await status(old.key)).toBe(200);
      const fresh = (await rotate(old.id, { overlapSeconds: 0 })).body;
      expect(await status(old.key)).toBe(401);
      expect(await status(fresh.key)).toBe(200);
    });

    it('never make the old one last longer than it would have', async () => {
      const old = await make(['events:read'], { expiresAt: inDays(1) });
      await rotate(old.id, { overlapSeconds: 30 * 86_400 });
      expect((await show(old.id)).expiresAt).toBe(old.expiresAt);
    });

    it('refuse a key that is not valid any more', async () => {
      const old = await make(['events:read']);
      await service.call('DELETE', `/v1/keys/${old.id}`);
      expect(await rotate<Problem>(old.id)).toMatchObject({
        status: 409,
        body: { type: 'urn:liaison:problem:conflict' },
      });
    });

    it('make one key for each of many who ask at the same moment, and end the old one once', async () => {
      const old = await make(['events:read']);
      const answers = await Promise.all(Array.from({ length: 5 }, () => rotate(old.id, { overlapSeconds: 60 })));
      expect(answers.map((answer) => answer.status)).toEqual([201, 201, 201, 201, 201]);
      expect(new Set(answers.map((answer) => answer.body.id)).size).toBe(5);
      expect(await status(old.key)).toBe(200);
    });

    it.each([-1, 1.5, 30 * 86_400 + 1, '60'])('refuse an overlap of %j', async (overlapSeconds) => {
      const old = await make(['events:read']);
      expect((await rotate(old.id, { overlapSeconds })).status).toBe(400);
    });
  });

  describe('for a caller whose own key has bounds', () => {
    const bounded = (more: object): Promise<MadeKeyDto> => make(['admin'], more);

    it('refuse a key that ends later, and end one by default with it', async () => {
      const own = await bounded({ expiresAt: inDays(10) });
      const later = await create<Problem>({ name: 'x', scopes: ['admin'], expiresAt: inDays(11) }, own.key);
      expect(later).toMatchObject({ status: 403, body: { type: 'urn:liaison:problem:exceeds-own-access' } });
      expect(later.body.errors?.map((error) => error.pointer)).toEqual(['/expiresAt']);
      const same = await create({ name: 'x', scopes: ['admin'] }, own.key);
      expect(same).toMatchObject({ status: 201, body: { expiresAt: own.expiresAt } });
    });

    it('refuse a key with a higher limit, and give one the same limit by default', async () => {
      const own = await bounded({ requestsPerMinute: 500 });
      const more = await create<Problem>({ name: 'x', scopes: ['admin'], requestsPerMinute: 501 }, own.key);
      expect(more.status).toBe(403);
      expect(more.body.errors?.map((error) => error.pointer)).toEqual(['/requestsPerMinute']);
      const same = await create({ name: 'x', scopes: ['admin'] }, own.key);
      expect(same).toMatchObject({ status: 201, body: { requestsPerMinute: 500 } });
    });

    it('refuse to rotate a key that allows more', async () => {
      const own = await bounded({ requestsPerMinute: 500 });
      const other = await make(['admin'], { requestsPerMinute: 1_000 });
      expect((await rotate(other.id, {}, own.key)).status).toBe(403);
      expect(await show(other.id)).toMatchObject({ state: 'valid', expiresAt: null });
    });

    it('let a key replace itself, and not outlive itself by that', async () => {
      const own = await bounded({ expiresAt: inDays(1) });
      expect((await rotate(own.id, { overlapSeconds: 60 }, own.key)).body.expiresAt).toBe(own.expiresAt);
    });
  });

  it('know nothing of the keys of another tenant', async () => {
    const { text } = await service.app.get(ApiKeysService).create('another tenant', 'stranger', ['admin']);
    const { id } = await make(['events:read']);
    expect((await service.call<{ items: KeyDto[] }>('GET', '/v1/keys', { credential: text })).body.items).toHaveLength(
      1,
    );
    expect((await rotate(id, {}, text)).status).toBe(404);
    expect((await service.call('DELETE', `/v1/keys/${id}`, { credential: text })).status).toBe(404);
    expect(await show(id)).toMatchObject({ state: 'valid' });
  });
});
