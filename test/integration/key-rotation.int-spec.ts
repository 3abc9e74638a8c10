import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';
import { connectionSecretsColumn, openSecrets, sealSecrets } from '../../src/connections/connection-secrets.js';
import { createDataSource } from '../../src/database/data-source.js';
import { rowsOf } from '../../src/database/rows.js';
import { resealColumns, type SealedColumn } from '../../src/database/sealed-columns.js';
import { sealedColumns } from '../../src/registry.module.js';
import { TokenRows, tokenColumns } from '../../src/tokens/token-rows.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const count = 1_200;

describe('a change of master keys', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  const oldKey = generateMasterKey();
  const old = new SecretBox(parseMasterKeys(oldKey));
  const both = new SecretBox(parseMasterKeys(`${generateMasterKey()},${oldKey}`));

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 4 }).initialize();
    const rows = Array.from({ length: count }, () => {
      const owner = { id: uuidV7(), tenantId: 'default' };
      return { ...owner, sealed: sealSecrets(old, owner, { webhookSecrets: [], named: { appSecret: owner.id } }) };
    });
    await dataSource.query(
      `insert into connections (id, tenant_id, platform, name, settings, sealed_secrets)
       select r.id, r."tenantId", 'watson-work', 'x', '{}', r.sealed
       from json_to_recordset($1::json) as r(id uuid, "tenantId" text, sealed text)`,
      [JSON.stringify(rows)],
    );
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  /** How often the table of grants was read as a whole. */
  const wholeReads = async (): Promise<number> => {
    const [row] = await database.query<{ reads: string }>(
      `select seq_scan as reads from pg_stat_user_tables where relname = 'grants'`,
    );
    return Number(row?.reads);
  };

  it('knows of every column that holds sealed values', async () => {
    const columns = await rowsOf<{ name: string }>(
      dataSource,
      `select table_name || '.' || column_name as name from information_schema.columns
       where table_schema = 'public' and column_name like 'sealed%' order by 1`,
    );
    const known = sealedColumns.map(({ table, column }: SealedColumn) => `${table}.${column}`);
    expect(columns.map(({ name }) => name)).toEqual(known.sort());
  });

  it('reseals everything, tells how far it is, and leaves alone what was changed meanwhile', async () => {
    const steps: number[] = [];
    const [changed] = await rowsOf<{ id: string }>(dataSource, `select id from connections order by id desc limit 1`);
    const owner = { id: changed?.id ?? '', tenantId: 'default' };
    const mine = sealSecrets(both, owner, { webhookSecrets: [], named: { appSecret: 'changed meanwhile' } });
    let isChanged: Promise<unknown> | undefined;
    const resealed = await resealColumns(dataSource, both, [connectionSecretsColumn], ({ looked, total }) => {
      expect(total).toBe(count);
      steps.push(looked);
      isChanged ??= dataSource.query(`update connections set sealed_secrets = $2 where id = $1`, [owner.id, mine]);
    });
    await isChanged;
    expect(steps).toEqual([500, 1_000, 1_200]);
    expect(resealed).toBeGreaterThanOrEqual(count - 1);
    const rows = await rowsOf<{ id: string; tenantId: string; sealedSecrets: string }>(
      dataSource,
      `select id, tenant_id as "tenantId", sealed_secrets as "sealedSecrets" from connections`,
    );
    expect(rows.filter((row) => both.needsResealing(row.sealedSecrets))).toEqual([]);
    for (const row of rows) {
      const expected = row.id === owner.id ? 'changed meanwhile' : row.id;
      expect(openSecrets(both, row).named['appSecret']).toBe(expected);
    }
    expect(await resealColumns(dataSource, both, sealedColumns, () => undefined)).toBe(0);
  });

  it('goes along the primary key: no table is read as a whole for each of its rows', async () => {
    const own = await createDataSource(database.url, { poolSize: 1 }).initialize();
    const sealing = new TokenRows(own, old, 'grants');
    const rows = Array.from({ length: count / 2 }, () => {
      const id = uuidV7();
      return { id, sealed: sealing.seal('default', id, { accessToken: id, refreshToken: id }) };
    });
    await own.query(
      `insert into grants (id, tenant_id, connection_id, state, requested_by, sealed_tokens)
       select r.id, 'default', r.id, 'active', 'x', r.sealed from json_to_recordset($1::json) as r(id uuid, sealed text)`,
      [JSON.stringify(rows)],
    );
    await own.query(`analyze grants`);
    const before = await wholeReads();
    const column = tokenColumns.filter(({ table, column: name }) => table === 'grants' && name === 'sealed_tokens');
    expect(await resealColumns(own, both, column, () => undefined)).toBe(rows.length);
    // A session tells what it did when it ends.
    await own.destroy();
    await expect.poll(wholeReads, { timeout: 10_000 }).toBeGreaterThan(before);
    expect((await wholeReads()) - before).toBeLessThan(rows.length / 10);
    await database.query(`delete from grants`);
  });

  it('stops at a value that was moved to another row', async () => {
    await dataSource.query(
      `update connections a set sealed_secrets = b.sealed_secrets
       from (select sealed_secrets from connections order by id limit 1) b
       where a.id = (select id from connections order by id desc limit 1)`,
    );
    const third = new SecretBox(parseMasterKeys(`${generateMasterKey()},${oldKey}`));
    await expect(resealColumns(dataSource, third, sealedColumns, () => undefined)).rejects.toThrow();
  });
});
