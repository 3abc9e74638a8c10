import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Platform } from '../../src/platforms/platform.js';
import { platforms } from '../../src/registry.module.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall } from '../setup/http-call.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { tinyPlatform } from './tiny-platform.js';

interface List {
  readonly items: readonly { readonly content: string; readonly author: { readonly externalId: string } | null }[];
}

const secret = 'tiny secret';
const body = Buffer.from('{"room":"lobby","id":"1","from":"ann","text":"hello","at":1735689600000}');
const signature = createHmac('sha256', secret).update(body).digest('hex');

describe('a platform that nobody knew', () => {
  let database: TestDatabase;
  let service: TestService;
  let webhook: string;
  let connectionId: string;

  beforeAll(async () => {
    // The line in the registry: the list is an array, and only its type forbids to write to it.
    (platforms as Platform[]).push(tinyPlatform);
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: { platform: tinyPlatform.id, name: 'Tiny', settings: {}, secrets: { webhookSecrets: [secret] } },
    });
    expect(answer.status).toBe(201);
    connectionId = answer.body.id;
    webhook = `${service.url}/webhooks/${tinyPlatform.id}/${connectionId}`;
  });
  afterAll(async () => {
    (platforms as Platform[]).pop();
    await service.stop();
    await database.drop();
  });

  const send = async (headers: Record<string, string>): Promise<number> =>
    (await httpCall(webhook, { headers: { ...headers, 'content-length': body.length }, body })).status;

  it('is received, deduplicated, translated and shown by one object and one line', async () => {
    expect(await send({})).toBe(401);
    expect(await send({ 'x-tiny-signature': signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0')) })).toBe(
      401,
    );
    expect(await send({ 'x-tiny-signature': signature })).toBe(200);
    expect(await send({ 'x-tiny-signature': signature })).toBe(200);
    const page = await eventually(
      () => service.get<List>(`/v1/messages?connectionId=${connectionId}`),
      ({ items }) => items.length > 0,
    );
    expect(page.items).toMatchObject([{ content: 'hello', author: { externalId: 'ann' } }]);
    expect(await database.query('select count(*)::int as count from deliveries')).toEqual([{ count: 1 }]);
  });

  it('refuses settings that its class does not know', async () => {
    const answer = await service.call('POST', '/v1/connections', {
      body: { platform: tinyPlatform.id, name: 'Tiny', settings: { colour: 'red' }, secrets: {} },
    });
    expect(answer.status).toBe(400);
  });
});
