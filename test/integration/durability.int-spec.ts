import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataSource } from '../../src/database/data-source.js';
import { checkDurability, UnsafeDatabase } from '../../src/database/durability.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService } from '../setup/service.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase();
  // Settings of the whole server cannot differ per database; a function in front of the built-in one makes it say so.
  await database.query(`create schema front`);
  await database.query(`create table front.settings (name text, value text)`);
  await database.query(`
    create function front.current_setting(asked text) returns text stable language sql as
    $$ select coalesce((select value from front.settings where name = asked), pg_catalog.current_setting(asked)) $$`);
  await database.query(`alter database ${database.name} set search_path = front, pg_catalog, public`);
  await setServer('fsync', 'on');
  await database.query(`alter database ${database.name} set synchronous_commit = on`);
});
afterEach(() => database.drop());

async function setServer(name: string, value: string): Promise<void> {
  await database.query(`delete from front.settings where name = $1`, [name]);
  await database.query(`insert into front.settings values ($1, $2)`, [name, value]);
}

async function check(allowDataLoss = false): Promise<readonly string[]> {
  const dataSource = await createDataSource(database.url, { poolSize: 1 }).initialize();
  try {
    return await checkDurability(dataSource, allowDataLoss);
  } finally {
    await dataSource.destroy();
  }
}

describe('checkDurability', () => {
  it('takes a server that keeps what it has committed', async () => {
    expect(await check()).toEqual([]);
  });

  it('refuses a database whose commits do not wait for the disk', async () => {
    await database.query(`alter database ${database.name} set synchronous_commit = off`);
    await expect(check()).rejects.toThrow(/synchronous_commit=off.*would lose deliveries/);
  });

  it('takes commits that wait for the own disk but for no replica', async () => {
    await database.query(`alter database ${database.name} set synchronous_commit = local`);
    expect(await check()).toEqual([]);
  });

  it('refuses a server that never waits for the disk', async () => {
    await setServer('fsync', 'off');
    await expect(check()).rejects.toThrow(/fsync=off.*would lose deliveries/);
  });

  it('lets both through where the loss is accepted, and names them', async () => {
    await setServer('fsync', 'off');
    await database.query(`alter database ${database.name} set synchronous_commit = off`);
    expect(await check(true)).toEqual(['fsync=off', 'synchronous_commit=off']);
  });

  it('refuses a server that is older than PostgreSQL 14, whatever loss is accepted', async () => {
    await setServer('server_version_num', '130022');
    await expect(check(true)).rejects.toThrow('older than PostgreSQL 14');
    await setServer('server_version_num', '140000');
    expect(await check()).toEqual([]);
  });
});

describe('a service on a database that may lose commits', () => {
  const unsafe = (): Promise<object[]> =>
    database.query(`alter database ${database.name} set synchronous_commit = off`);

  it('does not become ready', async () => {
    await unsafe();
    const service = await startTestService(database.url, { LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'false' });
    await expect(service.ready).rejects.toBeInstanceOf(UnsafeDatabase);
    expect((await service.call('GET', '/health/ready', { credential: null })).status).toBe(503);
    await service.stop();
  });

  it('says so in its log when it is told to go on', async () => {
    await unsafe();
    const service = await startTestService(database.url);
    await service.ready;
    expect(service.logs.join('')).toContain('"setting":"synchronous_commit=off"');
    await service.stop();
  });
});
