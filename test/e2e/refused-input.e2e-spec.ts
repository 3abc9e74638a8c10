import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';
import { eventSamples } from '../setup/watson-samples.js';

interface Problem {
  readonly type: string;
  readonly status: number;
  readonly detail: string;
  readonly errors?: { readonly pointer: string }[];
}

const lists = [
  '/v1/messages',
  '/v1/annotations',
  '/v1/reactions',
  '/v1/spaces',
  '/v1/events',
  '/v1/deliveries',
  '/v1/connections',
];
const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('input that breaks the rules of the REST API', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  const call = async (method: string, path: string, body?: unknown): Promise<{ status: number; body: Problem }> => {
    const response = await fetch(service.url + path, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    // Checked by the assertions.
    return { status: response.status, body: (await response.json()) as Problem };
  };
  /** The answers that are no 400 problem, as `query: status`. */
  const not400 = async (queries: readonly string[]): Promise<string[]> => {
    const wrong: string[] = [];
    for (const query of queries) {
      const { status, body } = await call('GET', query);
      if (status !== 400 || !body.type.startsWith('urn:liaison:problem:')) wrong.push(`${query}: ${status}`);
    }
    return wrong;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service);
    await connectWatson(service);
    for (const sample of eventSamples) await deliver(connection.webhookUrl, sample.bytes);
    for (const reaction of ['+1', '-1']) {
      const shared = { type: 'reaction-added', spaceId: 'r', objectId: 'm', objectType: 'MESSAGE', userId: 'u' };
      await deliver(connection.webhookUrl, { ...shared, time: 1527789850554, reaction });
    }
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it.each(lists)('is a cursor of %s that was tampered with', async (path) => {
    const page = await service.get<{ nextCursor: string }>(`${path}?limit=1`);
    const genuine = JSON.parse(Buffer.from(page.nextCursor, 'base64url').toString()) as string[];
    const [kind, ...position] = genuine;
    const cursors = [
      'x',
      '!!!',
      encode(null),
      encode({}),
      encode([kind]),
      encode([...genuine, 'more']),
      encode(['another list', ...position]),
      encode([kind, ...position.map(() => '')]),
      encode([kind, ...position.map(() => 'x')]),
      encode([kind, ...position.map(() => "' or 1=1 --")]),
      encode([kind, ...position.map(() => '\u0000')]),
      encode([kind, ...position.map(() => '9'.repeat(40))]),
      encode([kind, ...position.map(() => '-1')]),
      encode([kind, ...position.map(() => 1)]),
      encode([kind, ...position.map(() => null)]),
      encode([kind, ...position.map(() => 'infinity')]),
      encode([kind, ...position.slice(0, -1), '019A0000']),
      'a'.repeat(501),
    ];
    expect(await not400(cursors.map((cursor) => `${path}?cursor=${cursor}`))).toEqual([]);
  });

  it.each(lists)('is a cursor of another list given to %s', async (path) => {
    const others = await Promise.all(
      lists
        .filter((other) => other !== path)
        .map(async (other) => (await service.get<{ nextCursor: string }>(`${other}?limit=1`)).nextCursor),
    );
    expect(await not400(others.map((cursor) => `${path}?cursor=${cursor}`))).toEqual([]);
  });

  it.each(lists)('is a limit of %s that is none', async (path) => {
    const limits = ['0', '201', '-1', '1.5', 'x', '', '1e9', '1&limit=2', '%00', 'NaN'];
    expect(await not400(limits.map((limit) => `${path}?limit=${limit}`))).toEqual([]);
  });

  it.each(lists)('is a parameter that %s does not know, by its name', async (path) => {
    for (const name of ['tenantId', 'tenant_id', 'order_by', 'isAdmin', 'limit[]']) {
      const { status, body } = await call('GET', `${path}?${name}=x`);
      expect([name, status]).toEqual([name, 400]);
      expect(JSON.stringify(body.errors)).toContain(name);
    }
  });

  it.each(['/v1/messages', '/v1/annotations', '/v1/reactions', '/v1/deliveries'])(
    'is a time given to %s that no calendar has',
    async (path) => {
      const times = [
        '2024-02-30T00:00:00Z',
        '2023-02-29T00:00:00Z',
        '0000-01-01T00:00:00Z',
        '2024-01-01T00:00:00%2B23:59',
        '2024-01-01',
        'now',
        'infinity',
        '2024-01-01T24:00:00Z',
        '%00',
      ];
      expect(await not400(times.flatMap((time) => [`${path}?since=${time}`, `${path}?until=${time}`]))).toEqual([]);
    },
  );

  it.each(['externalId', 'authorId', 'type', 'q'])('is never a fault of ours in %s', async (name) => {
    const values = [
      '%00',
      'a%00b',
      '%ED%A0%80',
      '%EF%BF%BF',
      "'",
      '\\',
      '%25',
      '"',
      '-',
      'a'.repeat(200),
      '%F0%9F%91%8D',
    ];
    const failed: string[] = [];
    for (const path of lists) {
      for (const value of values) {
        const { status } = await call('GET', `${path}?${name}=${value}`);
        if (status !== 200 && status !== 400) failed.push(`${path}?${name}=${value}: ${status}`);
      }
    }
    expect(failed).toEqual([]);
  });

  const bodies: readonly (readonly [string, string, () => string, object])[] = [
    [
      'a new connection',
      'POST',
      () => '/v1/connections',
      { platform: 'watson-work', name: 'x', settings: { appId: 'x' }, secrets: {} },
    ],
    ['a changed connection', 'PATCH', () => `/v1/connections/${connection.id}`, { name: 'x' }],
    ['a replay', 'POST', () => '/v1/replays', { filter: {}, preview: true }],
  ];
  it.each(bodies)('is any column name in %s', async (_, method, path, body) => {
    const columns = await database.query<{ name: string }>(
      `select distinct column_name as name from information_schema.columns where table_schema = 'public'`,
    );
    const camel = columns.map(({ name }) => name.replace(/_(.)/g, (__, letter: string) => letter.toUpperCase()));
    const names = new Set([...columns.map((column) => column.name), ...camel, '__proto__', 'constructor', 'isAdmin']);
    for (const name of names) {
      if (name in body) continue;
      const text = JSON.stringify(body).replace(/^\{/, `{"${name}":"x",`);
      // A connection's secrets and settings are part of a change.
      if (method === 'PATCH' && (name === 'settings' || name === 'secrets')) continue;
      const answer = await call(method, path(), text);
      expect([name, answer.status]).toEqual([name, 400]);
      expect(answer.body.errors?.map((error) => error.pointer)).toContain(`/${name}`);
    }
  });

  it.each([
    ['settings', '/settings/admin'],
    ['secrets', '/secrets/admin'],
  ])('is an unknown member of %s, by its pointer', async (part, pointer) => {
    const answer = await call('PATCH', `/v1/connections/${connection.id}`, { [part]: { admin: true } });
    expect(answer.status).toBe(400);
    expect(answer.body.errors).toMatchObject([{ pointer }]);
  });

  it.each(['platform', 'id', 'tenantId'])('is a change of the %s of a connection', async (name) => {
    expect((await call('PATCH', `/v1/connections/${connection.id}`, { [name]: 'x' })).status).toBe(400);
  });

  it('may leave out the filter of a replay, which then means all', async () => {
    expect(await call('POST', '/v1/replays', { preview: true })).toMatchObject({ status: 200, body: { count: 3 } });
    expect((await call('POST', '/v1/replays', {})).status).toBe(202);
  });

  it.each([null, 'x', 1, [], [null], [{}], { kind: 'x' }, { since: 'x' }, { connectionId: 'x' }, { reason: {} }])(
    'is the replay filter %j, or it is taken; it is never a fault of ours',
    async (filter) => {
      expect((await call('POST', '/v1/replays', { filter, preview: true })).status).toBeLessThan(500);
    },
  );

  it.each([
    ['no JSON', '{'],
    ['text', '"x"'],
    ['null', 'null'],
    ['a list', '[]'],
    ['a number', '1'],
    ['nothing', ''],
  ])('is a body that is %s', async (_, body) => {
    expect((await call('POST', '/v1/connections', body)).status).toBe(400);
  });

  it.each(['settings', 'secrets'])('is %s that nest thousands of levels deep, and no fault of ours', async (part) => {
    for (const [opening, closing] of [
      ['{"a":', '}'],
      ['[', ']'],
    ] as const) {
      const depth = 20_000;
      const deep = `${opening.repeat(depth)}1${closing.repeat(depth)}`;
      const body = `{"platform":"watson-work","name":"x","settings":{},"secrets":{}}`.replace(
        `"${part}":{}`,
        `"${part}":{"appId":${deep}}`,
      );
      expect((await call('POST', '/v1/connections', body)).status).toBe(400);
    }
  });

  it('is a body of more than 256 kB, refused with 413', async () => {
    const { status } = await call('POST', '/v1/connections', JSON.stringify({ name: 'x'.repeat(300_000) }));
    expect(status).toBe(413);
  });

  it('leaves what objects inherit as it was', () => {
    expect(Object.keys(Object.prototype)).toEqual([]);
  });

  it('tells nobody about SQL, hosts or code', async () => {
    const texts = await Promise.all(
      [
        `/v1/messages?cursor=${encode(['messages', 'x', 'y'])}`,
        '/v1/messages?since=x',
        '/v1/nothing',
        '/v1/messages/x',
      ].map(async (path) => JSON.stringify((await call('GET', path)).body)),
    );
    for (const text of texts) expect(text).not.toMatch(/select|\.ts|node_modules|127\.0\.0\.1|stack|QueryFailed/i);
  });
});
