import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { scopes, type Scope } from '../../src/auth/scopes.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';
import { connectWatson, deliver } from '../setup/watson.js';
import { eventSamples } from '../setup/watson-samples.js';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly secured: boolean;
}
interface Document {
  readonly paths: Record<string, Record<string, { security?: object[] }>>;
}
type Ids = Readonly<Record<string, string>>;

const open = ['/health/live', '/health/ready'];
const validBodies: Readonly<Record<string, object>> = {
  '/v1/connections': {
    platform: 'watson-work',
    name: 'Other',
    settings: { appId: 'x' },
    secrets: { webhookSecrets: ['s'] },
  },
  '/v1/connections/{id}': { name: 'Renamed by another tenant' },
  '/v1/replays': { filter: {}, preview: true },
  '/v1/grants': { connectionId: randomUUID() },
  '/v1/conversations': { connectionId: randomUUID(), endpoint: 'sip:desk@example.com', to: 'sip:ann@example.com' },
  '/v1/conversations/{id}/accept': { endpoint: 'sip:desk@example.com' },
  '/v1/conversations/{id}/decline': { endpoint: 'sip:desk@example.com' },
  '/v1/conversations/{id}/end': { endpoint: 'sip:desk@example.com' },
  '/v1/conversations/{id}/messages': { endpoint: 'sip:desk@example.com', content: 'hello' },
};

describe('every route of the OpenAPI document', () => {
  let database: TestDatabase;
  let service: TestService;
  let routes: Route[] = [];
  let owned: Ids = {};
  let stranger: string;
  const keys = new Map<Scope | 'none', string>();

  const call = (route: Route, credential: string | null, id: string = randomUUID()): Promise<Answer<object>> => {
    const body = route.method === 'GET' ? undefined : validBodies[route.path];
    return service.call<object>(route.method, route.path.replace('{id}', id), {
      credential,
      ...(body === undefined ? {} : { body }),
    });
  };
  const resourceOf = (route: Route): string => route.path.split('/')[2] ?? '';
  const withoutInstance = (answer: Answer<object>): object => ({
    status: answer.status,
    body: { ...answer.body, instance: undefined },
  });
  const withId = (): Route[] => routes.filter((route) => route.path.includes('{id}'));
  const snapshot = (): Promise<object[]> =>
    database.query(`select id, name, tenant_id, deleted_at, updated_at from connections order by id`);

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    const connection = await connectWatson(service);
    for (const sample of eventSamples) await deliver(connection.webhookUrl, sample.bytes);
    await eventually(
      () => service.get<{ items: object[] }>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
    const firstOf = async (path: string): Promise<string> =>
      (await service.get<{ items: { id: string }[] }>(path)).items[0]?.id ?? '';
    const replay = await service.call<{ id: string }>('POST', '/v1/replays', { body: { filter: {} } });
    expect(replay).toMatchObject({ status: 202 });
    const [conversations, authorizations, jobs] = [randomUUID(), randomUUID(), randomUUID()];
    // What Watson Work does not tell of.
    await database.query(
      `insert into conversations (id, tenant_id, connection_id, platform, space_id, external_id, fields, sort_at)
       values ($1, 'default', $2, 'watson-work', $2, 'c', '{}', now())`,
      [conversations, connection.id],
    );
    await database.query(
      `insert into authorizations (id, tenant_id, connection_id, platform, application_external_id,
                                   organization_external_id, sort_at)
       values ($1, 'default', $2, 'watson-work', 'app', 'org', now())`,
      [authorizations, connection.id],
    );
    await database.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload, state, ended_at)
       values ($1, 'default', $2, 'none', 'key', '{}', 'failed', now())`,
      [jobs, connection.id],
    );
    const grant = await service.call<{ id: string }>('POST', '/v1/grants', { body: { connectionId: connection.id } });
    expect(grant).toMatchObject({ status: 201 });
    const spaces = await service.get<{ items: { id: string; deletedAt: string | null }[] }>('/v1/spaces');
    const living = spaces.items.find(({ deletedAt }) => deletedAt === null);
    const post = await service.call<{ id: string }>('POST', '/v1/posts', {
      body: { connectionId: connection.id, spaceId: living?.id, text: 'hello', as: 'app' },
      headers: { 'idempotency-key': 'tenant-matrix' },
    });
    expect(post).toMatchObject({ status: 202 });
    owned = {
      posts: post.body.id,
      grants: grant.body.id,
      conversations,
      authorizations,
      jobs,
      connections: connection.id,
      spaces: await firstOf('/v1/spaces'),
      messages: await firstOf('/v1/messages'),
      deliveries: await firstOf('/v1/deliveries?status=unrecognized'),
      replays: replay.body.id,
    };
    const apiKeys = service.app.get(ApiKeysService);
    for (const scope of scopes) keys.set(scope, (await apiKeys.create('default', scope, [scope])).text);
    keys.set('none', (await apiKeys.create('default', 'none', [])).text);
    stranger = (await apiKeys.create('another tenant', 'stranger', ['admin'])).text;
    const document = await service.get<Document>('/openapi.json');
    routes = Object.entries(document.paths).flatMap(([path, operations]) =>
      Object.entries(operations).map(([method, operation]) => ({
        method: method.toUpperCase(),
        path,
        secured: operation.security !== undefined && operation.security.length > 0,
      })),
    );
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('is listed, with an owned id for each that takes one', () => {
    expect(routes.length).toBeGreaterThanOrEqual(20);
    expect(
      withId()
        .map(resourceOf)
        .filter((resource) => (owned[resource] ?? '') === ''),
    ).toEqual([]);
  });

  it('asks for a credential in the document, but for the health ones', () => {
    expect(routes.filter((route) => !route.secured).map((route) => route.path)).toEqual(open);
  });

  it('is refused without a credential and with a wrong one', async () => {
    const openCells: string[] = [];
    for (const route of routes.filter((one) => !open.includes(one.path))) {
      for (const credential of [null, 'wrong', `lia_aaaaaaaaaaaa_${'A'.repeat(43)}`]) {
        const answer = await call(route, credential, owned[resourceOf(route)]);
        if (answer.status !== 401) openCells.push(`${route.method} ${route.path}: ${answer.status}`);
      }
    }
    expect(openCells).toEqual([]);
  });

  it('needs exactly one scope, and admin is enough', async () => {
    const wrong: string[] = [];
    for (const route of routes.filter((one) => !open.includes(one.path))) {
      const allowed: string[] = [];
      for (const [scope, credential] of keys) {
        // An unknown id, so that nothing is changed by those who may.
        const { status } = await call(route, credential);
        if (status === 401 || status >= 500) wrong.push(`${route.method} ${route.path} ${scope}: ${status}`);
        if (status !== 403) allowed.push(scope);
      }
      const expected = allowed.length === 2 && allowed.includes('admin') && !allowed.includes('none');
      if (!expected) wrong.push(`${route.method} ${route.path} lets in ${allowed.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  it("answers another tenant's id exactly like an unknown one", async () => {
    const distinguishable: string[] = [];
    for (const route of withId()) {
      const theirs = await call(route, stranger, owned[resourceOf(route)]);
      const unknown = await call(route, stranger);
      expect([route.path, theirs.status]).toEqual([route.path, 404]);
      if (JSON.stringify(withoutInstance(theirs)) !== JSON.stringify(withoutInstance(unknown))) {
        distinguishable.push(`${route.method} ${route.path}`);
      }
    }
    expect(distinguishable).toEqual([]);
  });

  it('answers its owner with that id, so that the test above means something', async () => {
    for (const route of withId().filter((one) => one.method === 'GET')) {
      expect([route.path, (await call(route, keys.get('admin') ?? '', owned[resourceOf(route)])).status]).toEqual([
        route.path,
        200,
      ]);
    }
  });

  it('lists nothing of another tenant, whatever filter asks for it', async () => {
    const { connections = '', spaces = '', messages = '' } = owned;
    const lists = routes.filter(
      (one) => one.method === 'GET' && !one.path.includes('{id}') && !open.includes(one.path),
    );
    expect(lists.length).toBeGreaterThanOrEqual(7);
    for (const { path } of lists) {
      for (const filter of ['', `?connectionId=${connections}`, `?spaceId=${spaces}`, `?externalId=${messages}`]) {
        const answer = await service.call<{ items?: object[] }>('GET', path + filter, { credential: stranger });
        if (answer.status !== 400) expect([path, filter, answer.body.items]).toEqual([path, filter, []]);
      }
    }
  });

  it('gives a stranger no entry through a cursor of another tenant', async () => {
    for (const path of ['/v1/messages', '/v1/deliveries', '/v1/events', '/v1/spaces', '/v1/annotations']) {
      const page = await service.get<{ nextCursor: string | null }>(`${path}?limit=1`);
      expect(page.nextCursor).not.toBeNull();
      const answer = await service.call<{ items: object[] }>('GET', `${path}?cursor=${page.nextCursor ?? ''}`, {
        credential: stranger,
      });
      expect([path, answer.status, answer.body.items]).toEqual([path, 200, []]);
    }
  });

  it('lets a stranger change nothing', async () => {
    const before = await snapshot();
    for (const route of withId()) await call(route, stranger, owned[resourceOf(route)]);
    expect(await snapshot()).toEqual(before);
  });

  it('cannot be told apart by a stranger with an id that is none', async () => {
    for (const route of withId()) {
      for (const id of ['x', '%00', "'", '..%2f..', '019a0000']) {
        expect([route.path, id, (await call(route, stranger, id)).status]).toEqual([route.path, id, 400]);
      }
    }
  });
});
