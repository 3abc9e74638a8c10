import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { createLogger } from '../../src/common/observability/logger.js';
import { fingerprint } from '../../src/common/security/fingerprint.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { sealSecrets } from '../../src/connections/connection-secrets.js';
import { type OpenConnection } from '../../src/connections/open-connection.js';
import { createDataSource } from '../../src/database/data-source.js';
import { resealColumns } from '../../src/database/sealed-columns.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { platforms, sealedColumns } from '../../src/registry.module.js';
import { AppTokenTable } from '../../src/tokens/app-token-table.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

interface Row {
  readonly generation: string;
  readonly source: string | null;
  readonly sealedSource: string | null;
}

describe('what the tokens of an app began with', () => {
  const oldKey = generateMasterKey();
  const newKey = generateMasterKey();
  const boxOf = (...keys: readonly string[]): SecretBox => new SecretBox(parseMasterKeys(keys.join(',')));
  const old = boxOf(oldKey);
  const both = boxOf(newKey, oldKey);
  let database: TestDatabase;
  let dataSource: DataSource;
  let id: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 6 }).initialize();
  });
  beforeEach(async () => {
    id = uuidV7();
    await database.query(`delete from app_tokens`);
    await database.query(`delete from connections`);
    await database.query(
      `insert into connections (id, tenant_id, platform, name, settings, sealed_secrets)
       values ($1, 'default', 'webex', 'x', '{}', $2)`,
      [id, secretsOf('first')],
    );
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const secretsOf = (refreshToken: string): string => {
    const named = { refreshToken, accessToken: `access ${refreshToken}` };
    return sealSecrets(old, { id, tenantId: 'default' }, { webhookSecrets: [], named });
  };
  const enter = (refreshToken: string): Promise<object[]> =>
    database.query(`update connections set sealed_secrets = $2, updated_at = clock_timestamp() where id = $1`, [
      id,
      secretsOf(refreshToken),
    ]);
  /** A process as far as it matters here: what it knows of connections, and its own look at the rows. */
  const processWith = async (box: SecretBox): Promise<{ table: AppTokenTable; connection: () => OpenConnection }> => {
    const silent = createLogger('silent', { write: () => undefined });
    const directory = new ConnectionDirectory(dataSource, box, silent, platforms);
    await directory.refresh();
    return {
      table: new AppTokenTable(dataSource, box, directory),
      connection: () => {
        const known = directory.get(id);
        if (known === undefined) throw new Error('there is no such connection');
        return known;
      },
    };
  };
  const row = async (): Promise<Row | undefined> =>
    (
      await database.query<Row>(
        `select generation, source, sealed_source as "sealedSource" from app_tokens where id = $1`,
        [id],
      )
    )[0];
  const refreshTokenIn = async (table: AppTokenTable): Promise<string | undefined> =>
    (await table.rows.read(id))?.tokens?.refreshToken;

  it('is sealed, and the same secrets never begin anew', async () => {
    const { table, connection } = await processWith(old);
    await Promise.all(Array.from({ length: 20 }, () => table.prepare(connection())));
    const first = await row();
    expect(first).toMatchObject({ generation: '0', source: null });
    expect(first?.sealedSource).toMatch(/^v1\./);
    for (let round = 0; round < 5; round++) await table.prepare(connection());
    expect(await row()).toEqual(first);
  });

  it('is another one after somebody has entered other secrets', async () => {
    const { table, connection } = await processWith(old);
    await table.prepare(connection());
    await enter('second');
    const known = connection();
    // The process learns of them when it looks, not before.
    expect(await table.prepare(known)).toBe(known);
    const later = await processWith(old);
    await later.table.prepare(later.connection());
    expect([await refreshTokenIn(table), (await row())?.generation]).toEqual(['second', '1']);
  });

  it('is not put back by a process that has not seen the other secrets yet', async () => {
    const slow = await processWith(old);
    const before = slow.connection();
    await slow.table.prepare(before);
    await enter('second');
    const quick = await processWith(old);
    await quick.table.prepare(quick.connection());
    const current = await slow.table.prepare(before);
    expect(current.secret('refreshToken')).toBe('second');
    expect([await refreshTokenIn(slow.table), (await row())?.generation]).toEqual(['second', '1']);
  });

  it('is nothing where the connection is gone', async () => {
    const { table, connection } = await processWith(old);
    const known = connection();
    await database.query(`update connections set deleted_at = clock_timestamp(), updated_at = clock_timestamp()`);
    await expect(table.prepare(known)).rejects.toThrow(NeedsAuthorization);
    expect(await row()).toBeUndefined();
  });

  it.each([
    ['the same secrets keep their tokens, and it is sealed', 'first', '7'],
    ['other secrets begin anew, and it is sealed', 'second', '8'],
  ])('without a seal, as it used to be stored: %s', async (_name, beganWith, generation) => {
    const { table, connection } = await processWith(old);
    const named = [`access ${beganWith}`, beganWith, null, null];
    await database.query(
      `insert into app_tokens (id, tenant_id, source, sealed_tokens, generation) values ($1, 'default', $2, $3, 7)`,
      [
        id,
        fingerprint(Buffer.from(JSON.stringify(named))),
        table.rows.seal('default', id, { accessToken: 'a', refreshToken: beganWith }),
      ],
    );
    await Promise.all(Array.from({ length: 10 }, () => table.prepare(connection())));
    expect(await row()).toMatchObject({ generation, source: null });
    expect((await row())?.sealedSource).toMatch(/^v1\./);
    expect(await refreshTokenIn(table)).toBe('first');
  });

  it('survives a change of master keys under way, and needs the old one no more', async () => {
    const running = await processWith(both);
    const earlier = await processWith(old);
    await earlier.table.prepare(earlier.connection());
    let isDone = false;
    const work = async (): Promise<void> => {
      while (!isDone) await running.table.prepare(running.connection());
    };
    const working = [work(), work(), work()];
    expect(await resealColumns(dataSource, both, sealedColumns, () => undefined)).toBe(3);
    isDone = true;
    await Promise.all(working);
    const after = await processWith(boxOf(newKey));
    await after.table.prepare(after.connection());
    expect(await row()).toMatchObject({ generation: '0', source: null });
    expect(both.needsResealing((await row())?.sealedSource ?? '')).toBe(false);
    expect(await refreshTokenIn(after.table)).toBe('first');
  });

  it('is of no use to who has other master keys', async () => {
    const { table, connection } = await processWith(old);
    await table.prepare(connection());
    const before = await row();
    const stranger = new AppTokenTable(
      dataSource,
      boxOf(generateMasterKey()),
      new ConnectionDirectory(dataSource, old, createLogger('silent', { write: () => undefined }), platforms),
    );
    await expect(stranger.prepare(connection())).rejects.toThrow('not configured');
    expect(await row()).toEqual(before);
  });
});
