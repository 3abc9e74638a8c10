import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { GrantKeepAlive } from '../../src/grants/grant-keep-alive.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';

describe('grants that nobody uses', () => {
  let database: TestDatabase;
  let stage: OidcStage;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });
  const keepAlive = (): GrantKeepAlive => stage.service.app.get(GrantKeepAlive);
  const due = (id: string): Promise<unknown> =>
    database.query(`update grants set keep_at = now(), renewed_at = now() - interval '8 days' where id = $1`, [id]);
  const renewedAt = async (id: string): Promise<number> => Date.parse((await stage.grant(id)).renewedAt ?? '');

  it('are renewed weekly, once for all processes that look', async () => {
    const id = await stage.grantOf('ann');
    expect(await keepAlive().look()).toBe(0);
    await due(id);
    const looks = await Promise.all(Array.from({ length: 5 }, () => keepAlive().look()));
    expect(looks.reduce((sum, found) => sum + found, 0)).toBe(1);
    await expect.poll(() => renewedAt(id), { timeout: 5_000 }).toBeGreaterThan(Date.now() - 3_600_000);
    expect(await keepAlive().look()).toBe(0);
  });

  it('are renewed however many there are that cannot be renewed', async () => {
    const id = await stage.grantOf('bob');
    await due(id);
    await database.query(
      `insert into grants (id, tenant_id, connection_id, state, subject_external_id, requested_by, keep_at)
       select gen_random_uuid(), 'another tenant', $1, 'active', 'somebody ' || n, 'test', now() - interval '30 days'
       from generate_series(1, 1000) n`,
      [randomUUID()],
    );
    // Three minutes.
    for (let minute = 0; minute < 3; minute++) await keepAlive().look();
    await database.query(`delete from jobs where kind = 'grant-keep-alive' and key <> $1`, [id]);
    await expect.poll(() => renewedAt(id), { timeout: 10_000 }).toBeGreaterThan(Date.now() - 3_600_000);
  });
});
