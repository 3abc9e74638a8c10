import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { type Scope } from '../../src/auth/scopes.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { httpCall, jsonOf } from '../setup/http-call.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';

describe('an API key', () => {
  let database: TestDatabase;
  let service: TestService;
  let keys: ApiKeysService;

  const make = async (...scopes: Scope[]): Promise<{ id: string; text: string }> => {
    const made = await keys.create('tenant', 'Test', scopes);
    return { id: made.info.id, text: made.text };
  };
  const status = async (credential: string | null, path = '/v1/messages', method = 'GET'): Promise<number> =>
    (await service.call(method, path, { credential })).status;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    keys = service.app.get(ApiKeysService);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('with the scope of a route is let in, and nowhere else', async () => {
    const reader = (await make('events:read')).text;
    expect(await status(reader)).toBe(200);
    expect(await status(reader, '/v1/connections')).toBe(403);
    const writer = (await make('connections:write')).text;
    expect(await status(writer, '/v1/connections')).toBe(200);
    expect(await status(writer)).toBe(403);
  });

  it('with the scope admin is let in everywhere', async () => {
    const admin = (await make('admin')).text;
    expect(await status(admin)).toBe(200);
    expect(await status(admin, '/v1/connections')).toBe(200);
  });

  it('without a scope, or with one that nobody knows, is let in nowhere', async () => {
    const none = await make();
    await database.query(`update api_keys set scopes = '{superuser,ADMIN,events:read;admin}' where id = $1`, [none.id]);
    expect(await status(none.text)).toBe(403);
  });

  it('that lacks a scope is told which', async () => {
    const answer = await service.call<{ detail: string; type: string }>('GET', '/v1/connections', {
      credential: (await make('events:read')).text,
    });
    expect(answer.body).toMatchObject({
      type: 'urn:liaison:problem:scope-missing',
      detail: 'This needs the scope connections:write.',
    });
  });

  it('that is revoked is refused at once here', async () => {
    const key = await make('events:read');
    expect(await status(key.text)).toBe(200);
    await keys.revoke('tenant', key.id);
    expect(await status(key.text)).toBe(401);
  });

  it('that another process revoked is refused within three seconds', async () => {
    const key = await make('events:read');
    expect(await status(key.text)).toBe(200);
    await database.query(`update api_keys set revoked_at = now() where id = $1`, [key.id]);
    const started = performance.now();
    await eventually(
      () => status(key.text),
      (code) => code === 401,
      5_000,
    );
    expect(performance.now() - started).toBeLessThan(3_500);
  });

  it('is not revoked by another tenant, nor twice', async () => {
    const key = await make('events:read');
    await expect(keys.revoke('another', key.id)).rejects.toThrow();
    expect(await status(key.text)).toBe(200);
    await keys.revoke('tenant', key.id);
    await expect(keys.revoke('tenant', key.id)).rejects.toThrow();
  });

  it('is stored as a hash only', async () => {
    const key = await make('events:read');
    const [row] = await database.query<{ row: string }>('select k::text as row from api_keys k where id = $1', [
      key.id,
    ]);
    expect(row?.row).toContain(key.id);
    expect(row?.row).not.toContain(key.text.slice(`lia_${key.id}_`.length));
  });

  it('that is changed in any character is refused', async () => {
    const { text } = await make('events:read');
    for (let place = 0; place < text.length; place++) {
      const other = text[place] === 'A' ? 'Q' : 'A';
      expect([place, await status(text.slice(0, place) + other + text.slice(place + 1))]).toEqual([place, 401]);
    }
  });

  it('of the bootstrap is the admin of the default tenant, and nothing close to it is', async () => {
    expect(await status(adminKey, '/v1/connections')).toBe(200);
    for (const near of [adminKey.slice(0, -1), `${adminKey}x`, adminKey.toUpperCase()]) {
      expect(await status(near)).toBe(401);
    }
  });

  const refusedHeaders: readonly (readonly [string, string | string[] | undefined])[] = [
    ['no header', undefined],
    ['an empty header', ''],
    ['the scheme alone', 'Bearer'],
    ['the scheme and a space', 'Bearer '],
    ['another scheme', `Basic ${Buffer.from(`x:${adminKey}`).toString('base64')}`],
    ['no scheme', adminKey],
    ['two credentials', `Bearer ${adminKey} ${adminKey}`],
    ['a list', `Bearer ${adminKey}, Bearer ${adminKey}`],
    ['a tab', `Bearer\t${adminKey}`],
    ['a quoted key', `Bearer "${adminKey}"`],
    ['two headers, the second genuine', ['Bearer x', `Bearer ${adminKey}`]],
    ['a key of bytes that are no ASCII', 'Bearer \u00e9\u00ff'],
    ['a key that looks like one of ours', `Bearer lia_aaaaaaaaaaaa_${'A'.repeat(43)}`],
    ['12 kB', `Bearer ${'a'.repeat(12_000)}`],
  ];
  it.each(refusedHeaders)('is refused with %s by the same 401', async (_, authorization) => {
    const answer = await httpCall(`${service.url}/v1/messages`, {
      method: 'GET',
      headers: authorization === undefined ? {} : { Authorization: authorization },
    });
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="liaison"');
    expect({ ...jsonOf(answer), instance: undefined }).toEqual({
      type: 'urn:liaison:problem:not-authenticated',
      title: 'Unauthorized',
      status: 401,
      detail: 'Send a valid API key or JWT as `Authorization: Bearer <credential>`.',
      instance: undefined,
    });
  });

  it('is taken with the scheme in any case, as RFC 9110 says', async () => {
    const headers = { authorization: `bearer ${adminKey}` };
    expect((await httpCall(`${service.url}/v1/messages`, { method: 'GET', headers })).status).toBe(200);
  });

  it('is not taken from the query or the body', async () => {
    expect(await status(null, `/v1/messages?access_token=${adminKey}`)).toBe(401);
    const answer = await service.call('POST', '/v1/replays', { credential: null, body: { access_token: adminKey } });
    expect(answer.status).toBe(401);
  });
});
