import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startEmbeddedPostgres, type EmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { migrate } from '../../src/database/migrate.js';
import { TenantRoleMissing } from '../../src/database/migrations/tenant-protection.js';
import { createReadPool } from '../../src/database/read-pool.js';
import { TenantReads } from '../../src/database/tenant-reads.js';

let dataDir: string;
let server: EmbeddedPostgres;

/** The URL of a database of the server for that user; all of them have one password. */
function urlFor(user: string, database: string): string {
  const url = new URL(server.url);
  [url.username, url.pathname] = [user, `/${database}`];
  return url.href;
}
/** What an administrator of the server does. */
async function administer(...statements: readonly string[]): Promise<void> {
  const client = new Client({ connectionString: urlFor('postgres', 'postgres') });
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
const addUser = (name: string, rights: string): Promise<void> =>
  administer(`create role ${name} login ${rights} password '${new URL(server.url).password}'`);
async function verify(url: string): Promise<void> {
  const reads = new TenantReads(createReadPool(url, 1));
  try {
    await reads.verify();
  } finally {
    await reads.end();
  }
}
const binDir = process.env['LIAISON_PG_BIN'];
const start = (): Promise<EmbeddedPostgres> =>
  startEmbeddedPostgres({ dataDir, settings: { fsync: 'off' }, ...(binDir === undefined ? {} : { binDir }) });

describe('the role of tenants on a server of its own', () => {
  beforeAll(async () => {
    dataDir = await mkdtemp(join(tmpdir(), 'liaison-tenant-role-'));
    await chmod(dataDir, 0o711);
    server = await start();
  });
  afterAll(async () => {
    await server.stop();
    await rm(dataDir, { recursive: true, force: true });
  });

  it('is made by the embedded database, also for one of an earlier version that did without', async () => {
    await administer('drop role liaison_tenant');
    await server.stop();
    server = await start();
    expect(await migrate(server.url)).toBeGreaterThan(5);
    await verify(server.url);
    await administer('drop database liaison', 'drop role liaison_tenant');
  });

  it('is made once when four databases are migrated at the same moment by a user who may make roles', async () => {
    await addUser('maker', 'createrole');
    const names = ['made_a', 'made_b', 'made_c', 'made_d'];
    for (const name of names) await administer(`create database ${name} owner maker`);
    await Promise.all(names.map((name) => migrate(urlFor('maker', name))));
    for (const name of names) await verify(urlFor('maker', name));
    for (const name of names) await administer(`drop database ${name}`);
    await administer('drop role liaison_tenant');
  });

  it('is asked for with the very SQL that makes it, where the user may not make roles', async () => {
    await addUser('"Plain user"', '');
    await administer('create database plain owner "Plain user"');
    const url = urlFor('Plain user', 'plain');
    const error: unknown = await migrate(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(TenantRoleMissing);
    if (!(error instanceof TenantRoleMissing)) return;
    const [, sql] = /start again: (.*)$/.exec(error.detail) ?? [];
    expect(sql).toBe('create role liaison_tenant nologin; grant liaison_tenant to "Plain user";');
    await administer(sql ?? '');
    expect(await migrate(url)).toBeGreaterThan(0);
    await verify(url);
  });

  it('is refused to a user who may not become it', async () => {
    await addUser('stranger', '');
    await expect(verify(urlFor('stranger', 'plain'))).rejects.toMatchObject({
      code: 'tenant-isolation-missing',
      detail: 'The database does not keep tenants apart: liaison_tenant may not be used.',
    });
  });

  it('is refused when it could see past the rules', async () => {
    await administer('alter role liaison_tenant bypassrls');
    await expect(verify(urlFor('Plain user', 'plain'))).rejects.toMatchObject({
      detail: 'The database does not keep tenants apart: liaison_tenant is a superuser or has bypassrls.',
    });
    await administer('alter role liaison_tenant nobypassrls');
  });
});
