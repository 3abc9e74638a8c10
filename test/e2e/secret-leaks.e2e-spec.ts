import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

const canaries = {
  webhookSecret: 'canary-webhook-secret-5b1c',
  otherWebhookSecret: 'canary-other-webhook-secret-77aa',
  appSecret: 'canary-app-secret-90de',
  refusedSecret: 'canary-refused-secret-41f0',
  presentedKey: 'canary-presented-key-3e3e',
  bootstrapKey: adminKey,
  masterKey: 'CanaryMasterKeyCanaryMasterKeyCanaryMasterI=',
  messageText: 'canary-message-text-c4d2',
} as const;

describe('secrets', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let apiKey: string;
  const answers: string[] = [];

  const remember = async (method: string, path: string, body?: unknown, credential?: string): Promise<string> => {
    const response = await fetch(service.url + path, {
      method,
      headers: {
        authorization: `Bearer ${credential ?? adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const shown = `${JSON.stringify([...response.headers])}\n${await response.text()}`;
    answers.push(shown);
    return shown;
  };
  /** Every secret, plain and in the encodings in which it could slip through. */
  const secrets = (): string[] =>
    Object.entries(canaries)
      .filter(([name]) => name !== 'messageText')
      .flatMap(([, text]) => {
        const bytes = Buffer.from(text);
        return [text, bytes.toString('base64').replace(/=+$/, ''), bytes.toString('hex')];
      });

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, {
      LIAISON_LOG_LEVEL: 'trace',
      LIAISON_MASTER_KEYS: `1:${canaries.masterKey}`,
    });
    await service.ready;
    connection = await connectWatson(service, { secrets: [canaries.webhookSecret] });
    apiKey = (await service.app.get(ApiKeysService).create('default', 'Reader', ['events:read'])).text;
    const path = `/v1/connections/${connection.id}`;
    await remember('PATCH', path, {
      secrets: {
        appSecret: canaries.appSecret,
        webhookSecrets: [
          canaries.webhookSecret,
          { secret: canaries.otherWebhookSecret, until: '2100-01-01T00:00:00Z' },
        ],
      },
    });
    await remember('GET', path);
    await remember('GET', '/v1/connections');
    // Input that is refused, with secrets in the refused places.
    await remember('PATCH', path, { secrets: { appSecret: { nested: canaries.refusedSecret } } });
    await remember('PATCH', path, {
      secrets: { unknown: canaries.refusedSecret },
    });
    await remember('PATCH', path, { secrets: { webhookSecrets: [{ secret: canaries.refusedSecret, from: 'never' }] } });
    await remember('PATCH', path, { secrets: { webhookSecrets: [{ id: canaries.refusedSecret }] } });
    await remember('PATCH', path, `{"secrets":{"appSecret":"${canaries.refusedSecret}"`);
    await remember('POST', '/v1/connections', {
      platform: 'watson-work',
      secrets: { appSecret: canaries.refusedSecret },
    });
    await remember('GET', path, undefined, canaries.presentedKey);
    await remember('GET', path, undefined, `${apiKey}x`);
    await remember('GET', path, undefined, apiKey);
    const calls = [
      { secret: canaries.webhookSecret },
      { secret: canaries.otherWebhookSecret },
      { secret: canaries.refusedSecret },
      { token: canaries.presentedKey },
      { token: null },
    ];
    for (const options of calls) {
      const body = { type: 'message-created', spaceId: 's', messageId: 'm', content: canaries.messageText, time: 1 };
      answers.push((await deliver(connection.webhookUrl, body, options)).text);
      answers.push((await deliver(connection.webhookUrl, `{"broken":"${canaries.messageText}`, options)).text);
    }
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
    await remember('GET', '/v1/deliveries?status=dead-letter');
    // A statement that fails with the text in it, on the lane and on the API.
    await database.query('alter table messages add constraint never check (content is null) not valid');
    await deliver(
      connection.webhookUrl,
      { type: 'message-created', spaceId: 's', messageId: 'n', content: canaries.messageText, time: 1 },
      { secret: canaries.webhookSecret },
    );
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=dead-letter'),
      (page) => page.items.length === 2,
    );
    await remember('GET', '/v1/deliveries?status=dead-letter');
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('never stand in an answer of the API', () => {
    const text = answers.join('\n');
    expect(text.length).toBeGreaterThan(1_000);
    expect([...secrets(), apiKey].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('never stand in a log line, not even at the level trace', () => {
    const text = service.logs.join('\n');
    expect(service.logs.length).toBeGreaterThan(10);
    expect([...secrets(), apiKey].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('never stand in the metrics or the OpenAPI document', async () => {
    const text = `${await remember('GET', '/metrics')}${await remember('GET', '/openapi.json')}`;
    expect([...secrets(), apiKey].filter((secret) => text.includes(secret))).toEqual([]);
  });

  it('never stand plainly in any column of any table', async () => {
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
    );
    let dump = '';
    for (const { name } of tables) {
      const rows = await database.query<{ row: string }>(`select t::text as row from ${name} t`);
      dump += `${name}\n${rows.map((one) => one.row).join('\n')}\n`;
    }
    expect(dump).toContain(connection.id);
    // A body that holds a secret would be stored as it came; none of ours does.
    expect([...secrets(), apiKey, apiKey.split('_')[2] ?? ''].filter((secret) => dump.includes(secret))).toEqual([]);
  });

  it('are shown by name and window only', async () => {
    const shown = await service.get<{ secrets: object }>(`/v1/connections/${connection.id}`);
    expect(shown.secrets).toEqual({
      names: ['appSecret'],
      webhookSecrets: [
        { id: expect.any(String) as unknown, from: null, until: null },
        { id: expect.any(String) as unknown, from: null, until: '2100-01-01T00:00:00Z' },
      ],
    });
  });

  it('are as little in the log as what people wrote', () => {
    const told = service.logs.filter((line) => line.includes(canaries.messageText));
    expect(told).toEqual([]);
  });
});
