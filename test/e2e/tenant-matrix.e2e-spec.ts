import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { scopes, type Scope } from '../../src/auth/scopes.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { TestIssuer } from '../setup/issuer.js';
import { idOfForm, routesIn, type DocumentedRoute, type OpenApiDocument } from '../setup/openapi.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';
import { makeRow } from '../setup/synthetic-row.js';
import { connectWatson, deliver } from '../setup/watson.js';
import { eventSamples } from '../setup/watson-samples.js';

interface List {
  readonly items: readonly { readonly id?: string; readonly name?: string }[];
  readonly nextCursor: string | null;
}

const crmSecrets = { signingSecrets: `whsec_${Buffer.from('secret of the endpoint').toString('base64')}` };

/** Answered to everybody: what operators' tools ask for. */
const open = ['GET /health/live', 'GET /health/ready'];

/*
 * Every test here runs over the routes of the OpenAPI document, so a new route is covered by being documented. Requests
 * keep to its schemas; ids of the owner come from the list of their collection, or from a row that is made in the
 * table of that name.
 */
describe('every route of the OpenAPI document', () => {
  let database: TestDatabase;
  let issuer: TestIssuer;
  let service: TestService;
  let routes: readonly DocumentedRoute[] = [];
  let secured: readonly DocumentedRoute[] = [];
  let stranger: string;
  const masterKeys = { LIAISON_MASTER_KEYS: generateMasterKey() };
  const owned = new Map<string, string>();
  const keys = new Map<Scope | 'none', string>();
  const refused = new Map<string, string | null>();

  const withIds = (): readonly DocumentedRoute[] => secured.filter((route) => route.takesId);
  const lists = (): readonly DocumentedRoute[] => secured.filter((route) => route.isList);
  const acts = (): readonly DocumentedRoute[] => secured.filter((route) => route.method !== 'GET');

  const ownedId = (collection: string): string => {
    const id = owned.get(collection);
    if (id === undefined) throw new Error(`the owner has nothing in ${collection}`);
    return id;
  };
  /** The owner's id for a member such as `connectionId`. */
  const ownedBy = (name: string): string | undefined =>
    [...owned].find(([collection]) => `${collection.split('/').at(-1)?.slice(0, -1) ?? ''}Id` === name)?.[1];

  /** A request that keeps to the document, about what the owner has or about what nobody has. */
  const send = (
    route: DocumentedRoute,
    credential: string | null,
    about: 'owned' | 'unknown' = 'owned',
  ): Promise<Answer<object>> => {
    const path = route.pathWith((collection, form) => (about === 'owned' ? ownedId(collection) : idOfForm(form)));
    const body = route.bodyWith((name) => (about === 'owned' ? ownedBy(name) : undefined));
    return service.call<object>(route.method, path, {
      credential,
      headers: route.headers,
      ...(body === undefined ? {} : { body }),
    });
  };
  /** All of an answer but the number of the request. */
  const seen = ({ status, body, headers }: Answer<object>): string =>
    JSON.stringify({ status, type: headers.get('content-type'), body: { ...body, instance: undefined } });
  /** A digest of everything that the owner has, wherever it is kept. */
  const belongings = async (): Promise<readonly object[]> => {
    const tables = await database.query<{ name: string }>(
      `select table_name as name from information_schema.columns c join pg_class on oid = table_name::regclass
       where table_schema = 'public' and column_name = 'tenant_id' and not relispartition order by 1`,
    );
    const digests: object[] = [];
    for (const { name } of tables) {
      const sql = `select md5(string_agg(t::text, ' ' order by t::text)) as digest from ${name} t where tenant_id = $1`;
      digests.push({ name, rows: await database.query(sql, ['default']) });
    }
    return digests;
  };

  /** What Watson Work tells of, and what callers had us do about it. */
  const tellStory = async (): Promise<void> => {
    const teller = await startTestService(database.url, masterKeys);
    await teller.ready;
    const connection = await connectWatson(teller);
    for (const sample of eventSamples) await deliver(connection.webhookUrl, sample.bytes);
    await eventually(
      () => teller.get<List>('/v1/deliveries?status=waiting'),
      (page) => page.items.length === 0,
    );
    const { items } = await teller.get<{ items: { id: string; deletedAt: string | null }[] }>('/v1/spaces');
    const spaceId = items.find(({ deletedAt }) => deletedAt === null)?.id;
    const post = await teller.call('POST', '/v1/posts', {
      body: { connectionId: connection.id, spaceId, text: 'hello', as: 'app' },
      headers: { 'idempotency-key': 'tenant-matrix' },
    });
    expect(post).toMatchObject({ status: 202 });
    const crm = await teller.call('POST', '/v1/crm/connections', {
      body: { platform: 'generic', name: 'Deals', settings: { url: 'http://127.0.0.1:1' }, secrets: crmSecrets },
    });
    expect(crm).toMatchObject({ status: 201 });
    const cursor = await teller.call('PUT', '/v1/cursors/matrix', { body: { cursor: 'end', expected: null } });
    expect(cursor).toMatchObject({ status: 200 });
    await teller.stop();
  };

  /** Finds something of the owner in each collection that a route takes ids of. */
  const findOwned = async (): Promise<void> => {
    for (const route of withIds()) {
      const collections: string[] = [];
      route.pathWith((collection) => {
        collections.push(collection);
        return owned.get(collection) ?? 'x';
      });
      for (const collection of collections) {
        if (owned.has(collection)) continue;
        const list = routes.find((one) => one.isList && one.path === collection);
        const { items = [] } = list === undefined ? {} : await service.get<List>(collection);
        const table = collection.split('/').slice(2).join('_').replaceAll('-', '_');
        const [platform, connections] = table.startsWith('crm_')
          ? ['generic', '/v1/crm/connections']
          : ['watson-work', '/v1/connections'];
        const known = { tenant_id: 'default', platform, connection_id: owned.get(connections) ?? '' };
        const id = items[0]?.id ?? items[0]?.name ?? (await makeRow(database, table, known));
        if (id !== undefined) owned.set(collection, id);
      }
    }
  };

  const makeCredentials = async (): Promise<void> => {
    const apiKeys = service.app.get(ApiKeysService);
    for (const scope of scopes) keys.set(scope, (await apiKeys.create('default', scope, [scope])).text);
    keys.set('none', (await apiKeys.create('default', 'none', [])).text);
    stranger = (await apiKeys.create('another tenant', 'stranger', ['admin'])).text;
    const revoked = await apiKeys.create('default', 'revoked', ['admin']);
    await apiKeys.revoke('default', revoked.info.id);
    const ended = { expiresAt: new Date(Date.now() - 1_000) };
    const all = { tenant: 'default', scope: 'admin' };
    const past = Math.floor(Date.now() / 1000) - 60;
    refused.set('no credential', null);
    refused.set('garbage', 'wrong');
    refused.set('a key that nobody made', `lia_aaaaaaaaaaaa_${'A'.repeat(43)}`);
    refused.set('a key with the secret of another', `lia_${revoked.info.id}_${stranger.slice(-43)}`);
    refused.set('a revoked key', revoked.text);
    refused.set('an expired key', (await apiKeys.create('default', 'expired', ['admin'], ended)).text);
    refused.set('an expired JWT', await issuer.token({ claims: { ...all, exp: past } }));
    refused.set('a JWT of another audience', await issuer.token({ claims: { ...all, aud: 'another' } }));
    refused.set('a JWT of another issuer', await issuer.token({ claims: { ...all, iss: 'https://another.example' } }));
    refused.set('a JWT for no tenant', await issuer.token({ claims: all, without: ['tenant'] }));
    expect((await service.call('GET', '/v1/keys', { credential: await issuer.token({ claims: all }) })).status).toBe(
      200,
    );
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    await tellStory();
    issuer = await new TestIssuer().start();
    // Without workers nothing changes unless a request changes it.
    service = await startTestService(database.url, { ...issuer.environment, ...masterKeys, LIAISON_ROLE: 'api' });
    await service.ready;
    routes = routesIn(await service.get<OpenApiDocument>('/openapi.json'));
    secured = routes.filter((route) => !open.includes(route.name));
    await makeCredentials();
    await findOwned();
  });
  afterAll(async () => {
    await service.stop();
    await issuer.close();
    await database.drop();
  });

  it('is found, with something of the owner for each that takes an id', () => {
    expect(secured.length).toBeGreaterThanOrEqual(45);
    expect(() => withIds().map((route) => route.pathWith(ownedId))).not.toThrow();
  });

  it('asks for a credential in the document, but for the health ones', () => {
    expect(routes.filter((route) => !route.isSecured).map((route) => route.name)).toEqual(open);
  });

  it('is refused without a valid credential, in the same words', async () => {
    const openCells: string[] = [];
    const answers = new Set<string>();
    for (const route of secured) {
      for (const [kind, credential] of refused) {
        const answer = await send(route, credential);
        if (answer.status !== 401) openCells.push(`${route.name} to ${kind}: ${answer.status}`);
        answers.add(seen(answer));
      }
    }
    expect(openCells).toEqual([]);
    expect(answers.size).toBe(1);
  });

  it('needs exactly one scope, and admin is enough', async () => {
    const wrong: string[] = [];
    for (const route of secured) {
      const allowed: string[] = [];
      for (const [scope, credential] of keys) {
        // About what nobody has, so that nothing of the owner is changed by those who may.
        const { status } = await send(route, credential, 'unknown');
        if (status === 401 || status >= 500) wrong.push(`${route.name} to ${scope}: ${status}`);
        if (status !== 403) allowed.push(scope);
      }
      const expected = allowed.includes('admin') && !allowed.includes('none') && allowed.length <= 2;
      if (!expected) wrong.push(`${route.name} lets in ${allowed.join(', ')}`);
    }
    expect(wrong).toEqual([]);
  });

  it('gives a JWT its scopes and no more', async () => {
    const wrong: string[] = [];
    const token = await issuer.token({ claims: { tenant: 'default', scope: 'crm:write' } });
    for (const route of secured) {
      const { status } = await send(route, token, 'unknown');
      if (status !== (await send(route, keys.get('crm:write') ?? '', 'unknown')).status) wrong.push(route.name);
    }
    expect(wrong).toEqual([]);
  });

  it("answers another tenant's id exactly like an unknown one", async () => {
    const distinguishable: string[] = [];
    for (const route of withIds()) {
      const theirs = await send(route, stranger);
      const unknown = await send(route, stranger, 'unknown');
      expect([route.name, theirs.status, unknown.status]).toEqual([route.name, 404, 404]);
      if (seen(theirs) !== seen(unknown)) distinguishable.push(route.name);
    }
    expect(distinguishable).toEqual([]);
  });

  it("answers another tenant's id in a body exactly like an unknown one", async () => {
    const distinguishable: string[] = [];
    let compared = 0;
    for (const route of acts().filter((one) => !one.takesId)) {
      const known: string[] = [];
      route.bodyWith((name) => (ownedBy(name) === undefined ? undefined : String(known.push(name))));
      if (known.length === 0) continue;
      compared += 1;
      const theirs = seen(await send(route, stranger));
      if (theirs !== seen(await send(route, stranger, 'unknown'))) distinguishable.push(`${route.name}: ${theirs}`);
    }
    expect(distinguishable).toEqual([]);
    expect(compared).toBeGreaterThanOrEqual(3);
  });

  it('lists nothing of another tenant, whatever filter asks for it', async () => {
    const leaked: string[] = [];
    for (const route of lists()) {
      const mine = new Set((await service.get<List>(`${route.path}?limit=200`)).items.map(({ id }) => id));
      const filters = route.idFilters.flatMap((name) => [...owned.values()].map((id) => `${name}=${id}`));
      for (const filter of ['', ...filters, `externalId=${ownedId('/v1/messages')}`]) {
        const answer = await service.call<Partial<List>>('GET', `${route.path}?limit=200&${filter}`, {
          credential: stranger,
        });
        if (answer.status === 400) continue;
        expect([route.name, filter, answer.status]).toEqual([route.name, filter, 200]);
        if (answer.body.items?.some(({ id }) => id === undefined || mine.has(id)) !== false) {
          leaked.push(`${route.name}?${filter}`);
        }
      }
    }
    expect(leaked).toEqual([]);
  });

  it('gives a stranger no entry through a cursor of another tenant', async () => {
    let cursors = 0;
    for (const route of lists()) {
      const mine = new Set((await service.get<List>(`${route.path}?limit=200`)).items.map(({ id }) => id));
      const { nextCursor } = await service.get<List>(`${route.path}?limit=1`);
      if (nextCursor === null) continue;
      cursors += 1;
      const answer = await service.call<List>('GET', `${route.path}?cursor=${nextCursor}`, { credential: stranger });
      expect([route.name, answer.status]).toEqual([route.name, 200]);
      expect([route.name, answer.body.items.filter(({ id }) => id === undefined || mine.has(id))]).toEqual([
        route.name,
        [],
      ]);
    }
    expect(cursors).toBeGreaterThanOrEqual(6);
  });

  it('lets a stranger change nothing', async () => {
    const before = await belongings();
    for (const route of acts()) await send(route, stranger);
    expect(await belongings()).toEqual(before);
    expect(before.length).toBeGreaterThanOrEqual(20);
  });

  it('cannot be told apart by a stranger with an id that is none', async () => {
    for (const route of withIds()) {
      for (const id of ['x', '%00', "'", '..%2f..', '019a0000']) {
        const { status } = await service.call(
          route.method,
          route.pathWith(() => id),
          { credential: stranger },
        );
        expect([route.name, id, status]).toEqual([route.name, id, 400]);
      }
    }
  });

  it('answers its owner with the same requests, so that the tests above mean something', async () => {
    // What removes comes last, because nothing can be done to what is gone.
    const last = (route: DocumentedRoute): number => ['GET', 'PATCH', 'PUT', 'POST', 'DELETE'].indexOf(route.method);
    const removing = (route: DocumentedRoute): number => (route.path.startsWith('/v1/connections') ? 1 : 0);
    const order = withIds().toSorted((a, b) => last(a) - last(b) || removing(a) - removing(b));
    for (const route of order) {
      const { status } = await send(route, keys.get('admin') ?? '');
      const expected = route.method === 'GET' ? [200] : [200, 201, 202, 204, 400, 409];
      expect([route.name, status, expected.includes(status)]).toEqual([route.name, status, true]);
    }
  });
});
