import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall, jsonOf, type HttpAnswer } from '../setup/http-call.js';
import { startTestService, type TestService } from '../setup/service.js';
import { driverOf } from './drivers.js';

type SentHeaders = Readonly<Record<string, string | string[]>>;

describe.each(platforms.map((platform: Platform) => platform.id))('webhook calls of %s', (id) => {
  const driver = driverOf(id);
  let close: (() => Promise<void>) | undefined;
  let database: TestDatabase;
  let service: TestService;
  let path: string;
  let removedPath: string;
  let genuine: Readonly<Record<string, string>>;

  const connect = async (): Promise<string> => {
    const body = {
      platform: id,
      name: 'Contract',
      settings: driver.settings,
      secrets: driver.secretsWith(driver.secret),
    };
    const answer = await service.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', { body });
    expect(answer.status).toBe(201);
    return answer.body.id;
  };
  const send = (to: string, headers: SentHeaders, body: Buffer = driver.validBody): Promise<HttpAnswer> =>
    httpCall(service.url + to, {
      headers: { 'content-type': 'application/json', ...headers, 'content-length': body.length },
      body,
    });
  const deliveries = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from deliveries'))[0]?.count ?? -1;

  beforeAll(async () => {
    close = await driver.open?.();
    genuine = await driver.headersOf(driver.validBody, driver.secret);
    database = await createTestDatabase();
    service = await startTestService(database.url, driver.environment);
    await service.ready;
    path = `/webhooks/${id}/${await connect()}`;
    const removed = await connect();
    await service.call('DELETE', `/v1/connections/${removed}`);
    removedPath = `/webhooks/${id}/${removed}`;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
    await close?.();
  });

  it('lets the genuine call in, and answers its replays alike without storing them again', async () => {
    const first = await send(path, genuine);
    expect(first.status).toBeGreaterThanOrEqual(200);
    expect(first.status).toBeLessThan(300);
    const replays = [await send(path, genuine), ...(await Promise.all([send(path, genuine), send(path, genuine)]))];
    for (const replay of replays) {
      expect([replay.status, replay.body]).toEqual([first.status, first.body]);
    }
    expect(await deliveries()).toBe(1);
  });

  const wrongOf = (name: string, call: () => Promise<HttpAnswer>) => [name, call] as const;
  const refusedWhateverTheScheme = [
    wrongOf('an unknown connection', () => send(`/webhooks/${id}/${randomUUID()}`, genuine)),
    wrongOf('a removed connection', () => send(removedPath, genuine)),
    wrongOf('a connection id that is none', () => send(`/webhooks/${id}/x'; drop table deliveries; --`, genuine)),
    wrongOf('an unknown platform', () => send(path.replace(id, 'no-such-platform'), genuine)),
    wrongOf('a platform named like an inherited member', () => send(path.replace(id, '__proto__'), genuine)),
  ];
  const refusedOfAScheme = driver.schemes.flatMap(({ name, header, bindsBody, sign }) => {
    const signature = async (secret = driver.secret) => sign(driver.validBody, secret);
    const single: readonly (readonly [string, () => Promise<HttpAnswer>])[] = [
      ['an empty signature', () => send(path, { [header]: '' })],
      ['a truncated signature', async () => send(path, { [header]: (await signature()).slice(0, -2) })],
      ['upper case', async () => send(path, { [header]: (await signature()).toUpperCase() })],
      ['a wrong signature', async () => send(path, { [header]: await signature('wrong') })],
      ['two headers, the second genuine', async () => send(path, { [header]: ['00', await signature()] })],
    ];
    const bound: typeof single = [
      [
        'another body',
        async () => send(path, { [header]: await signature() }, Buffer.from(`${driver.validBody.toString()} `)),
      ],
      ['no body', async () => httpCall(service.url + path, { headers: { [header]: await signature() } })],
    ];
    // Node keeps the first of several Authorization headers and tells nobody of the others.
    const repeated: typeof single = [
      ['two equal headers', async () => send(path, { [header]: [await signature(), await signature()] })],
    ];
    return [...single, ...(bindsBody ? bound : []), ...(header === 'authorization' ? [] : repeated)].map(
      ([what, call]) => wrongOf(`${what} (${name} in ${header})`, call),
    );
  });
  const refused = [...refusedWhateverTheScheme, ...refusedOfAScheme];

  /** All of an answer but what differs from call to call. */
  const shownBy = (answer: HttpAnswer): object => {
    const headers = { ...answer.headers, date: undefined, 'x-request-id': undefined };
    return { status: answer.status, headers, body: { ...jsonOf(answer), instance: undefined } };
  };

  it('answers a missing signature with 401 problem details that name no reason', async () => {
    const answer = await send(path, {});
    expect(answer.status).toBe(401);
    expect(answer.headers['content-type']).toBe('application/problem+json');
    expect(jsonOf(answer)).toEqual({
      type: 'urn:liaison:problem:signature-rejected',
      title: 'Unauthorized',
      status: 401,
      detail: 'The call does not carry a valid signature for this webhook.',
      instance: `urn:uuid:${String(answer.headers['x-request-id'])}`,
    });
  });

  it.each(refused)('answers %s exactly like a missing signature', async (_, call) => {
    expect(shownBy(await call())).toEqual(shownBy(await send(path, {})));
  });

  it.each([...new Set(driver.schemes.map(({ header }) => header))])(
    'refuses a megabyte in %s without reading on',
    async (header) => {
      const answer = await send(path, { [header]: 'a'.repeat(1_048_576) }).catch((error: unknown) => error);
      // Node cuts the socket while we are still sending, so the 431 does not always get through.
      if (answer instanceof Error) expect(answer.message).toMatch(/EPIPE|ECONNRESET|socket hang up/);
      else expect(answer).toMatchObject({ status: 431 });
    },
  );

  it('stores nothing of a refused call', async () => {
    const before = await deliveries();
    for (const [, call] of refused) await call();
    expect(await deliveries()).toBe(before);
  });

  it('counts a refusal with its reason where only operators see it', async () => {
    await send(path, {});
    const metrics = await httpCall(`${service.url}/metrics`, { method: 'GET' });
    expect(metrics.body.toString()).toMatch(
      new RegExp(`liaison_signature_refusals_total\\{platform="${id}",reason="missing"\\} [1-9]`),
    );
  });
});
