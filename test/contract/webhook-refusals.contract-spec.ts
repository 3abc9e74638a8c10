import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall, jsonOf, type HttpAnswer } from '../setup/http-call.js';
import { startTestService, type TestService } from '../setup/service.js';
import { driverOf } from './platform-driver.js';

describe.each(platforms.map((platform: Platform) => platform.id))('refusals of webhook calls of %s', (id) => {
  const driver = driverOf(id);
  const genuine = driver.sign(driver.validBody, driver.secret);
  let database: TestDatabase;
  let service: TestService;
  let path: string;
  let removedPath: string;

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
  const send = (
    to: string,
    signature: string | string[] | undefined,
    body: Buffer = driver.validBody,
  ): Promise<HttpAnswer> =>
    httpCall(service.url + to, {
      headers: {
        'content-type': 'application/json',
        'content-length': body.length,
        ...(signature === undefined ? {} : { [driver.signatureHeader]: signature }),
      },
      body,
    });
  const deliveries = async (): Promise<number> =>
    (await database.query<{ count: number }>('select count(*)::int as count from deliveries'))[0]?.count ?? -1;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    path = `/webhooks/${id}/${await connect()}`;
    const removed = await connect();
    await service.call('DELETE', `/v1/connections/${removed}`);
    removedPath = `/webhooks/${id}/${removed}`;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('lets the genuine call in', async () => {
    expect((await send(path, genuine)).status).toBe(200);
    expect(await deliveries()).toBe(1);
  });

  const refused: readonly (readonly [string, () => Promise<HttpAnswer>])[] = [
    ['no signature', () => send(path, undefined)],
    ['an empty signature', () => send(path, '')],
    ['a truncated signature', () => send(path, genuine.slice(0, -2))],
    ['upper case', () => send(path, genuine.toUpperCase())],
    ['a wrong signature', () => send(path, driver.sign(driver.validBody, 'wrong'))],
    ['two equal headers', () => send(path, [genuine, genuine])],
    ['two headers, the second genuine', () => send(path, ['00', genuine])],
    ['another body', () => send(path, genuine, Buffer.from(`${driver.validBody.toString()} `))],
    ['no body', () => httpCall(service.url + path, { headers: { [driver.signatureHeader]: genuine } })],
    ['an unknown connection', () => send(`/webhooks/${id}/${randomUUID()}`, genuine)],
    ['a removed connection', () => send(removedPath, genuine)],
    ['a connection id that is none', () => send(`/webhooks/${id}/x'; drop table deliveries; --`, genuine)],
    ['an unknown platform', () => send(path.replace(id, 'no-such-platform'), genuine)],
    ['a platform named like an inherited member', () => send(path.replace(id, '__proto__'), genuine)],
  ];

  /** All of an answer but what differs from call to call. */
  const shownBy = (answer: HttpAnswer): object => {
    const headers = { ...answer.headers, date: undefined, 'x-request-id': undefined };
    return { status: answer.status, headers, body: { ...jsonOf(answer), instance: undefined } };
  };

  it('answers a missing signature with 401 problem details that name no reason', async () => {
    const answer = await send(path, undefined);
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
    expect(shownBy(await call())).toEqual(shownBy(await send(path, undefined)));
  });

  it('refuses a signature header of a megabyte without reading on', async () => {
    const answer = await send(path, 'a'.repeat(1_048_576)).catch((error: unknown) => error);
    // Node cuts the socket while we are still sending, so the 431 does not always get through.
    if (answer instanceof Error) expect(answer.message).toMatch(/EPIPE|ECONNRESET|socket hang up/);
    else expect(answer).toMatchObject({ status: 431 });
  });

  it('stores nothing of a refused call', async () => {
    const before = await deliveries();
    for (const [, call] of refused) await call();
    expect(await deliveries()).toBe(before);
  });

  it('counts a refusal with its reason where only operators see it', async () => {
    await send(path, undefined);
    const metrics = await httpCall(`${service.url}/metrics`, { method: 'GET' });
    expect(metrics.body.toString()).toMatch(
      new RegExp(`liaison_signature_refusals_total\\{platform="${id}",reason="missing"\\} [1-9]`),
    );
  });
});
