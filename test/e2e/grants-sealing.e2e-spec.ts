import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startOidcStage, type OidcStage } from '../setup/oidc-stage.js';
import { restore } from '../setup/restore.js';
import { startTestService } from '../setup/service.js';

describe('sealed tokens', () => {
  const masterKeys = generateMasterKey();
  let database: TestDatabase;
  let stage: OidcStage;
  let ann: string;
  let bob: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startOidcStage(database.url, { environment: { LIAISON_MASTER_KEYS: masterKeys } });
    [ann, bob] = [await stage.grantOf('ann'), await stage.grantOf('bob')];
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });
  const tokensOf = (service: OidcStage['service']): ActingTokens => service.app.get<ActingTokens>(ACTING_TOKENS);

  it('open in their own row and in no other, and nothing is sent anywhere', async () => {
    const swap = (): Promise<object[]> =>
      database.query(
        `update grants a set sealed_tokens = b.sealed_tokens from grants b
         where a.id = any($1) and b.id = any($1) and a.id <> b.id`,
        [[ann, bob]],
      );
    const tokens = tokensOf(stage.service);
    const before = stage.oidc.heard.length;
    await swap();
    for (const id of [ann, bob]) await expect(tokens.user(id)).rejects.toThrow('was not sealed with this master key');
    expect(stage.oidc.heard.length).toBe(before);
    await swap();
    expect((await tokens.user(ann)).accessToken).not.toBe((await tokens.user(bob)).accessToken);
  });

  it('of one tenant do not open for another one', async () => {
    await database.query(`update grants set tenant_id = 'another tenant' where id = $1`, [ann]);
    await expect(tokensOf(stage.service).user(ann)).rejects.toThrow('was not sealed with this master key');
    await database.query(`update grants set tenant_id = 'default' where id = $1`, [ann]);
  });

  it.each([
    ['of another name', (): string => generateMasterKey()],
    ['of the same name', (): string => `${masterKeys.split(':')[0] ?? ''}:${generateMasterKey().split(':')[1] ?? ''}`],
  ])('restored from a dump give nothing to who has another master key %s', async (_name, key) => {
    const copy = await createTestDatabase();
    await restore(database, copy);
    const environment = { LIAISON_OUTBOUND_ALLOW: stage.oidc.host, LIAISON_MASTER_KEYS: key() };
    const service = await startTestService(copy.url, environment);
    await service.ready.catch(() => undefined);
    const before = stage.oidc.heard.length;
    for (const id of [ann, bob]) await expect(tokensOf(service).user(id)).rejects.toThrow();
    // Nor when they are to be renewed.
    await copy.query(`update grants set expires_at = clock_timestamp(), renew_after = clock_timestamp()`);
    for (const id of [ann, bob]) await expect(tokensOf(service).user(id)).rejects.toThrow();
    expect(stage.oidc.heard.length).toBe(before);
    await service.stop();
    await copy.drop();
  });

  it('restored from a dump work for who has the master key', async () => {
    const copy = await createTestDatabase();
    await restore(database, copy);
    const environment = { LIAISON_OUTBOUND_ALLOW: stage.oidc.host, LIAISON_MASTER_KEYS: masterKeys };
    const service = await startTestService(copy.url, environment);
    await service.ready;
    const tokens = tokensOf(service);
    expect(await stage.oidc.takes((await tokens.user(ann)).accessToken)).toBe(true);
    await tokens.userRefused(ann, await tokens.user(ann));
    expect(await stage.oidc.takes((await tokens.user(ann)).accessToken)).toBe(true);
    await service.stop();
    await copy.drop();
  });
});
