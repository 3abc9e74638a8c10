import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { TestIssuer } from '../setup/issuer.js';
import { adminKey, startTestService, type Answer, type TestService } from '../setup/service.js';
import { connectWatson, deliver } from '../setup/watson.js';

interface Problem {
  readonly type: string;
  readonly detail: string;
}

const quota = 20;
const failures = 5;

describe('the limit of a credential', () => {
  let database: TestDatabase;
  let issuer: TestIssuer;
  let service: TestService;

  const keyWith = async (requestsPerMinute: number | null): Promise<string> =>
    (await service.app.get(ApiKeysService).create('default', 'Test', ['events:read'], { requestsPerMinute })).text;
  const get = (credential: string, path = '/v1/spaces'): Promise<Answer<Problem>> =>
    service.call<Problem>('GET', path, { credential });
  /** The statuses of so many requests, one after the other. */
  const statuses = async (credential: string, count: number, path?: string): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push((await get(credential, path)).status);
    return seen;
  };
  const letIn = (count: number): number[] => Array.from({ length: count }, () => 200);

  beforeAll(async () => {
    database = await createTestDatabase();
    issuer = await new TestIssuer().start();
    service = await startTestService(database.url, {
      ...issuer.environment,
      LIAISON_REQUESTS_PER_MINUTE: String(quota),
    });
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await issuer.close();
    await database.drop();
  });

  it('lets exactly so many requests of a minute through, and says when to come again', async () => {
    const key = await keyWith(null);
    expect(await statuses(key, quota)).toEqual(letIn(quota));
    const refused = await get(key);
    expect(refused.status).toBe(429);
    expect(refused.body).toMatchObject({
      type: 'urn:liaison:problem:rate-limited',
      detail: 'This credential may make 20 requests a minute.',
    });
    const seconds = Number(refused.headers.get('retry-after'));
    expect(seconds).toBeGreaterThan(30);
    expect(seconds).toBeLessThanOrEqual(60);
    expect(refused.headers.get('ratelimit')).toBe(`"caller";r=0;t=${seconds}`);
  });

  it('is told in each answer, also in one that refuses something else', async () => {
    const key = await keyWith(null);
    const first = await get(key);
    expect(first.headers.get('ratelimit-policy')).toBe('"caller";q=20;w=60');
    expect(first.headers.get('ratelimit')).toBe('"caller";r=19;t=60');
    const refused = await get(key, '/v1/connections');
    expect(refused.status).toBe(403);
    expect(refused.headers.get('ratelimit')).toMatch(/^"caller";r=18;t=\d\d$/);
  });

  it('holds against requests that come at the same moment', async () => {
    const key = await keyWith(null);
    const answers = await Promise.all(Array.from({ length: quota * 2 }, () => get(key)));
    expect(answers.filter((answer) => answer.status === 200)).toHaveLength(quota);
  });

  it('of one key is not used up by another', async () => {
    const [busy, calm] = [await keyWith(null), await keyWith(null)];
    await statuses(busy, quota + 1);
    expect((await get(calm)).status).toBe(200);
  });

  it('that a key has of its own counts, lower and higher', async () => {
    expect(await statuses(await keyWith(2), 3)).toEqual([200, 200, 429]);
    expect(await statuses(await keyWith(quota + 5), quota + 6)).toEqual([...letIn(quota + 5), 429]);
  });

  it('is one for all JWTs of a subject, and another for the next subject', async () => {
    const tokenOf = (sub: string): Promise<string> => issuer.token({ claims: { sub, scope: 'events:read' } });
    for (let i = 0; i < quota; i++) expect((await get(await tokenOf('ann'))).status).toBe(200);
    expect((await get(await tokenOf('ann'))).status).toBe(429);
    expect((await get(await tokenOf('bob'))).status).toBe(200);
  });

  it('does not touch webhooks', async () => {
    const connection = await connectWatson(service);
    for (let i = 0; i < quota * 2; i++) {
      const shared = { spaceId: 's', spaceName: 'S', time: 1527789850554 + i, type: 'space-updated', userId: 'u' };
      expect((await deliver(connection.webhookUrl, shared)).status).toBe(200);
    }
  });
});

describe('failed logins', () => {
  let database: TestDatabase;
  let service: TestService;

  const guess = (forwardedFor: string, credential = 'wrong'): Promise<Answer<Problem>> =>
    service.call<Problem>('GET', '/v1/spaces', { credential, headers: { 'x-forwarded-for': forwardedFor } });
  const guesses = async (forwardedFor: string, count: number): Promise<number[]> => {
    const seen: number[] = [];
    for (let i = 0; i < count; i++) seen.push((await guess(forwardedFor)).status);
    return seen;
  };
  const five401 = Array.from({ length: failures }, () => 401);

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, {
      LIAISON_FAILED_LOGINS_PER_MINUTE: String(failures),
      LIAISON_TRUST_PROXY: '1',
    });
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('make an address wait after so many of them', async () => {
    expect(await guesses('198.51.100.1', failures)).toEqual(five401);
    const refused = await guess('198.51.100.1');
    expect(refused).toMatchObject({ status: 429, body: { type: 'urn:liaison:problem:too-many-failed-logins' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(30);
  });

  it('hide from a guess that it is right', async () => {
    const { text } = await service.app.get(ApiKeysService).create('default', 'Fresh', ['events:read']);
    await guesses('198.51.100.2', failures);
    expect((await guess('198.51.100.2', text)).status).toBe(429);
    expect((await guess('198.51.100.3', text)).status).toBe(200);
  });

  it('lock nobody out who was let in before from the same address', async () => {
    expect((await guess('198.51.100.4', adminKey)).status).toBe(200);
    expect(await guesses('198.51.100.4', failures + 1)).toEqual([...five401, 429]);
    expect((await guess('198.51.100.4', adminKey)).status).toBe(200);
  });

  it('end the trust in a key that was let in before and is not valid any more', async () => {
    const keys = service.app.get(ApiKeysService);
    const made = await keys.create('default', 'Old', ['events:read']);
    expect((await guess('198.51.100.5', made.text)).status).toBe(200);
    await keys.revoke('default', made.info.id);
    for (const status of [...five401, 429]) expect((await guess('198.51.100.5', made.text)).status).toBe(status);
  });

  it('of one address are not those of another, unless both are of one IPv6 network', async () => {
    expect(await guesses('2001:db8::1', failures)).toEqual(five401);
    expect((await guess('2001:db8::ffff')).status).toBe(429);
    expect((await guess('2001:db8:0:1::1')).status).toBe(401);
  });

  it('are counted by what the trusted proxy saw, not by what a caller says', async () => {
    for (let i = 0; i < failures; i++) expect((await guess(`203.0.113.${i}, 198.51.100.6`)).status).toBe(401);
    expect((await guess('203.0.113.9, 198.51.100.6')).status).toBe(429);
  });

  it('do not count where no credential was sent', async () => {
    const headers = { 'x-forwarded-for': '198.51.100.7' };
    for (let i = 0; i < failures * 2; i++) {
      expect((await service.call('GET', '/v1/spaces', { credential: null, headers })).status).toBe(401);
    }
    expect((await guess('198.51.100.7')).status).toBe(401);
  });
});

describe('failed logins where no proxy is trusted', () => {
  it('are counted by the address of the connection, whatever headers say', async () => {
    const database = await createTestDatabase();
    const service = await startTestService(database.url, { LIAISON_FAILED_LOGINS_PER_MINUTE: String(failures) });
    try {
      await service.ready;
      const guess = async (n: number): Promise<number> =>
        (
          await service.call('GET', '/v1/spaces', {
            credential: 'wrong',
            headers: { 'x-forwarded-for': `203.0.113.${n}`, forwarded: `for=203.0.113.${n}` },
          })
        ).status;
      for (let i = 0; i < failures; i++) expect(await guess(i)).toBe(401);
      expect(await guess(failures)).toBe(429);
    } finally {
      await service.stop();
      await database.drop();
    }
  });
});
