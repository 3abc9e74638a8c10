import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { liaison, serveProcess, type ServedProcess } from '../setup/process.js';

describe('the command line', { timeout: 180_000 }, () => {
  let database: TestDatabase;
  let folder: string;
  let service: ServedProcess;
  let environment: Record<string, string>;

  beforeAll(async () => {
    database = await createTestDatabase();
    folder = await mkdtemp(join(tmpdir(), 'liaison-cli-'));
    environment = {
      DATABASE_URL: database.url,
      LIAISON_DATA_DIR: folder,
      LIAISON_MASTER_KEYS: generateMasterKey(),
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    };
    service = await serveProcess(environment);
  }, 120_000);
  afterAll(async () => {
    await service.end('SIGTERM');
    await database.drop();
    await rm(folder, { recursive: true, force: true });
  });

  const get = async (path: string, key: string): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(`${service.url}${path}`, { headers: { authorization: `Bearer ${key}` } });
    return { status: response.status, body: await response.json() };
  };

  it('makes an API key that works until it is revoked', async () => {
    const made = await liaison(['keys', 'create', '--name', 'test', '--scopes', 'events:read'], environment);
    const key = made.stdout.trim();
    expect(key).toMatch(/^lia_/);
    expect((await get('/v1/messages', key)).status).toBe(200);
    expect((await get('/v1/connections', key)).status).toBe(403);

    const id = key.split('_')[1] ?? '';
    expect((await liaison(['keys', 'revoke', id], environment)).stdout).toContain('revoked');
    expect((await liaison(['keys', 'list'], environment)).stdout).toContain(`${id}  test  events:read  revoked`);
    await expect.poll(async () => (await get('/v1/messages', key)).status, { timeout: 5_000 }).toBe(401);
  });

  it('looks after API keys as the API does, for programs too', async () => {
    // What the command line says to a program; the assertions check it.
    const asJson = async (args: readonly string[]): Promise<{ id: string; key: string; items: object[] }> =>
      JSON.parse((await liaison([...args, '--json'], environment)).stdout) as {
        id: string;
        key: string;
        items: object[];
      };
    const expiresAt = '2099-01-01T00:00:00.000Z';
    const bounds = ['--expires', expiresAt, '--requests-per-minute', '100'];
    const old = await asJson(['keys', 'create', '--name', 'sync', '--scopes', 'admin', ...bounds]);
    expect(old).toMatchObject({ name: 'sync', createdBy: 'command line', expiresAt, requestsPerMinute: 100 });
    const fresh = await asJson(['keys', 'rotate', old.id, '--overlap', '600']);
    expect(fresh).toMatchObject({ replaces: old.id, scopes: ['admin'], expiresAt, requestsPerMinute: 100 });
    const { items } = await asJson(['keys', 'list']);
    expect(items).toEqual(expect.arrayContaining([expect.objectContaining({ id: old.id, state: 'valid' })]));
    expect(JSON.stringify(items)).not.toContain(old.key.slice(-43));
    const records = (await get('/v1/audit?act=keys.&limit=4', fresh.key)).body;
    expect(records).toMatchObject({
      items: [
        { act: 'keys.rotate', outcome: 'done', subject: 'command line', targets: [old.id, fresh.id] },
        { act: 'keys.rotate', outcome: 'begun', targets: [old.id] },
        { act: 'keys.create', outcome: 'done', targets: [old.id] },
        { act: 'keys.create', outcome: 'begun', targets: [] },
      ],
    });
  });

  it('refuses a scope that does not exist', async () => {
    const made = await liaison(['keys', 'create', '--name', 'x', '--scopes', 'everything'], environment);
    expect(made).toMatchObject({ code: 1, stdout: '' });
    expect(made.stderr).toContain('--scopes takes a comma list');
  });

  it('declares connections from a file, plays the platform to one, and verifies the projections', async () => {
    const file = join(folder, 'connections.json');
    const declare = (entries: object[]): Promise<void> => writeFile(file, JSON.stringify({ connections: entries }));
    await declare([
      {
        key: 'deals',
        id: '019a0000-0000-7000-8000-000000000001',
        platform: 'watson-work',
        settings: { appId: 'my-app' },
        secrets: { webhookSecrets: [{ env: 'DEALS_SECRET' }] },
      },
    ]);
    const withSecret = { ...environment, DEALS_SECRET: 'deals-secret', WEBHOOK_SECRET: 'deals-secret' };
    const applied = await liaison(['connections', 'apply', file], withSecret);
    expect(applied.stdout).toContain('1 created, 0 changed, 0 removed');
    expect((await liaison(['connections', 'list'], environment)).stdout).toContain('deals  http');

    const url = `${service.url}/webhooks/watson-work/019a0000-0000-7000-8000-000000000001`;
    const played = await liaison(['trigger', 'watson-work', url, '--type', 'message-edited'], withSecret);
    expect(played.stdout).toContain('the ownership check was answered rightly');
    expect(played.stdout.match(/->\s+200/g)).toHaveLength(2);

    const key = (await liaison(['keys', 'create', '--name', 'reader'], environment)).stdout.trim();
    await expect
      .poll(async () => (await get('/v1/messages', key)).body, { timeout: 5_000 })
      .toMatchObject({ items: [{ content: 'Shall we offer 12 % on *Q-118*?' }] });

    const verified = await liaison(['rebuild', '--verify'], environment);
    expect(verified).toMatchObject({ code: 0 });
    expect(verified.stdout).toContain('2 events folded');
    expect(verified.stdout.trimEnd().endsWith('equal')).toBe(true);

    await declare([]);
    expect((await liaison(['connections', 'apply', file], withSecret)).stdout).toContain('1 removed');
  });

  it('says that rebuilt projections differ when a row was changed behind their back, and repairs them', async () => {
    await database.query(`update messages set content = 'forged'`);
    const verified = await liaison(['rebuild', '--verify'], environment);
    expect(verified.code).toBe(1);
    expect(verified.stdout).toContain('NOT EQUAL');
    await liaison(['rebuild'], environment);
    expect((await liaison(['rebuild', '--verify'], environment)).code).toBe(0);
  });

  it('refuses a declaration file that holds a secret itself', async () => {
    const file = join(folder, 'bad.json');
    const entry = {
      key: 'x',
      platform: 'watson-work',
      settings: { appId: 'a' },
      secrets: { appSecret: 'plain-canary' },
    };
    await writeFile(file, JSON.stringify({ connections: [entry] }));
    const applied = await liaison(['connections', 'apply', file], environment);
    expect(applied.code).toBe(1);
    expect(applied.stderr).toContain('/connections/0/secrets/appSecret must be {"env": name}');
    expect(applied.stderr + applied.stdout).not.toContain('plain-canary');
  });

  it('signs and verifies like the platform', async () => {
    const secret = { WEBHOOK_SECRET: 'testwsecret' };
    const body = '{"type":"verification","challenge":"testchallenge"}';
    // IBM's own sample: see test/fixtures/watson-work/signature-vectors.json.
    const token = 'f51ff5c91e99c63b6fde9e396bb6ea3023727f74f1853f29ab571cfdaaba4c03';
    expect((await liaison(['sign'], secret, body)).stdout.trim()).toBe(token);
    expect(await liaison(['verify', token], secret, body)).toMatchObject({ code: 0, stdout: 'valid\n' });
    expect(await liaison(['verify', token], secret, `${body} `)).toMatchObject({ code: 1 });
    expect(await liaison(['verify', token.toUpperCase()], secret, body)).toMatchObject({ code: 1 });
  });

  it('seals all secrets with a new master key while the service runs', async () => {
    const newKeys = `${generateMasterKey()},${environment['LIAISON_MASTER_KEYS'] ?? ''}`;
    const resealed = await liaison(['keys', 'rotate'], { ...environment, LIAISON_MASTER_KEYS: newKeys });
    expect(resealed.stdout).toContain('1 sealed values now have the key');
    const again = await liaison(['keys', 'rotate'], { ...environment, LIAISON_MASTER_KEYS: newKeys });
    expect(again.stdout).toContain('0 sealed values now have the key');
    environment = { ...environment, LIAISON_MASTER_KEYS: newKeys };
  });

  it('finds nothing wrong with this installation but its settings for tests', async () => {
    const doctor = await liaison(['doctor'], environment);
    for (const name of ['environment', 'database', 'schema', 'tenants', 'secrets', 'public url']) {
      expect(doctor.stdout).toMatch(new RegExp(`^ok    ${name} `, 'm'));
    }
  });

  it('names every bad variable at once and none of their values', async () => {
    const doctor = await liaison(['doctor'], { PORT: 'x-canary', LIAISON_ROLE: 'y-canary', DATABASE_URL: 'z-canary' });
    expect(doctor.code).toBe(1);
    for (const name of ['PORT', 'LIAISON_ROLE', 'DATABASE_URL']) expect(doctor.stderr).toContain(name);
    expect(doctor.stderr).not.toContain('canary');
  });

  it('refuses the embedded database and a generated master key in production', async () => {
    const migrated = await liaison(['migrate'], { NODE_ENV: 'production' });
    expect(migrated.code).toBe(1);
    expect(migrated.stderr).toContain('DATABASE_URL is required when NODE_ENV=production');
    expect(migrated.stderr).toContain('LIAISON_MASTER_KEYS is required when NODE_ENV=production');
  });

  it('ends with 0 on SIGTERM', async () => {
    const other = await serveProcess(environment);
    expect(await other.end('SIGTERM')).toBe(0);
  });
});
