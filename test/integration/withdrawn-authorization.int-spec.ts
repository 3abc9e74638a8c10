import { type DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OrganizationTokenTable } from '../../src/authorizations/organization-token-table.js';
import { OrganizationTokensService } from '../../src/authorizations/organization-tokens.service.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../../src/common/security/secret-box.js';
import { createDataSource } from '../../src/database/data-source.js';
import { rowsOf } from '../../src/database/rows.js';
import { inTransaction } from '../../src/database/transaction.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const interleavings = 1_000;
const parallel = 20;

describe('an authorization that is withdrawn while its tokens are fetched', () => {
  let database: TestDatabase;
  let dataSource: DataSource;
  let tokens: OrganizationTokenTable;

  beforeAll(async () => {
    database = await createTestDatabase();
    dataSource = await createDataSource(database.url, { poolSize: 10 }).initialize();
    tokens = new OrganizationTokenTable(dataSource, new SecretBox(parseMasterKeys(generateMasterKey())));
  });
  afterAll(async () => {
    await dataSource.destroy();
    await database.drop();
  });

  const keyOf = (name: string) => ({
    connectionId: uuidV7(),
    tenantId: 'default',
    applicationExternalId: 'app',
    organizationExternalId: name,
    toldId: name,
  });
  type Key = ReturnType<typeof keyOf>;
  const tokenSet = {
    accessToken: 'access',
    refreshToken: 'refresh',
    expiresAt: new Date(Date.now() + 3_600_000),
    audience: 'https://api.example',
  };
  const open = (key: Key) => inTransaction(dataSource, (tx) => tokens.open(key, tx));
  const close = (key: Key) => inTransaction(dataSource, (tx) => tokens.close(key, tx));
  const heldBy = async (key: Key, audience: string): Promise<string | undefined> => {
    const owner = { id: key.connectionId, tenantId: key.tenantId, audience };
    const found = await new OrganizationTokensService(dataSource, tokens).find(owner, key.organizationExternalId);
    return found.kind === 'held' ? found.accessToken : undefined;
  };
  const held = (key: Key): Promise<string | undefined> => heldBy(key, 'https://api.example');
  const generationsOf = async (key: Key): Promise<string[]> =>
    (
      await rowsOf<{ generation: string }>(
        dataSource,
        `select payload ->> 'generation' as generation from jobs where connection_id = $1 order by created_at`,
        [key.connectionId],
      )
    ).map(({ generation }) => generation);
  /** A moment of its own length in which others may go first. */
  const moment = (): Promise<void> =>
    new Promise((resolve) => {
      const wait = Math.random() * 4;
      if (wait < 1) resolve();
      else setTimeout(resolve, wait);
    });

  it('leaves a token where it came from: another address of the connection has one of its own fetched', async () => {
    const key = keyOf('moved');
    await open(key);
    await tokens.store(key, '1', tokenSet);
    expect(await held(key)).toBe('access');
    await dataSource.query(`delete from jobs where connection_id = $1`, [key.connectionId]);
    expect(await heldBy(key, 'https://other.example')).toBeUndefined();
    expect(await generationsOf(key)).toEqual(['1']);
  });

  it(
    `leaves no token behind in ${interleavings} interleavings of grant, fetch and withdrawal`,
    { timeout: 120_000 },
    async () => {
      const left: number[] = [];
      const one = async (index: number): Promise<void> => {
        const key = keyOf(`org-${index}`);
        await open(key);
        // The fetch runs under the generation of its job, whatever happens meanwhile; some fetch twice.
        const fetch = async (): Promise<void> => {
          const [generation] = await generationsOf(key);
          if (generation === undefined) return;
          if (index % 2 === 0 && !(await tokens.isCurrent(key, generation))) return;
          await moment();
          await tokens.store(key, generation, tokenSet);
        };
        const withdraw = async (): Promise<void> => {
          await moment();
          await close(key);
        };
        await Promise.all(index % 3 === 0 ? [withdraw(), fetch(), fetch()] : [fetch(), withdraw()]);
        const [row] = await rowsOf<{ sealed: string | null }>(
          dataSource,
          `select sealed_tokens as sealed from organization_tokens where connection_id = $1`,
          [key.connectionId],
        );
        if (row?.sealed !== null || (await held(key)) !== undefined) left.push(index);
      };
      for (let start = 0; start < interleavings; start += parallel) {
        await Promise.all(Array.from({ length: parallel }, (_, offset) => one(start + offset)));
      }
      expect(left).toEqual([]);
    },
  );

  it('takes the tokens of the new authorization and not those that were fetched for the old one', async () => {
    const key = keyOf('again');
    await open(key);
    await close(key);
    await open(key);
    const [first, second] = await generationsOf(key);
    expect(await tokens.store(key, first ?? '', { ...tokenSet, accessToken: 'old' })).toBe(false);
    expect(await tokens.store(key, second ?? '', { ...tokenSet, accessToken: 'new' })).toBe(true);
    expect(await held(key)).toBe('new');
  });

  it('does not open the tokens of one organisation in the row of another', async () => {
    const [mine, theirs] = [keyOf('mine'), keyOf('theirs')];
    for (const key of [mine, theirs]) {
      await open(key);
      const [generation] = await generationsOf(key);
      await tokens.store(key, generation ?? '', tokenSet);
    }
    await dataSource.query(
      `update organization_tokens a set sealed_tokens = b.sealed_tokens from organization_tokens b
       where a.connection_id = $1 and b.connection_id = $2`,
      [mine.connectionId, theirs.connectionId],
    );
    await expect(held(mine)).rejects.toThrow();
  });

  it('gives an expired token to nobody and has a new one fetched', async () => {
    const key = keyOf('expired');
    await open(key);
    const [generation] = await generationsOf(key);
    await tokens.store(key, generation ?? '', { ...tokenSet, expiresAt: new Date(Date.now() - 1_000) });
    await dataSource.query(`delete from jobs where connection_id = $1`, [key.connectionId]);
    expect(await held(key)).toBeUndefined();
    expect(await generationsOf(key)).toEqual([generation]);
  });
});
