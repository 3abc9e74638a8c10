import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { post, settled } from '../setup/posts.js';
import { restore } from '../setup/restore.js';
import { startServiceAppStage, type ConnectedServiceApp, type ServiceAppStage } from '../setup/service-app.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { webexSecret } from '../setup/webex.js';

/** Everything that is sealed, of an app with an organisation's tokens and an access token that is renewed. */
describe('a database that was restored from a dump', () => {
  const masterKeys = generateMasterKey();
  let database: TestDatabase;
  let stage: ServiceAppStage;
  let connection: ConnectedServiceApp;
  let spaceId: string;
  let roomId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startServiceAppStage(database.url, { LIAISON_MASTER_KEYS: masterKeys });
    connection = await stage.connect();
    const customer = connection.customer('Customer');
    await customer.authorize();
    const { accessToken, refreshToken } = stage.webex.serviceAppTokens(connection.app, customer.org.id);
    await stage.service.call('PATCH', `/v1/connections/${connection.id}`, {
      body: { secrets: { accessToken, refreshToken } },
    });
    const { id, room } = await customer.room('Sealed');
    [spaceId, roomId] = [id, room.id];
    stage.webex.expireTokens();
    // Has the app's own token renewed, so that there is one to be restored.
    await connection.customer('Another').authorize();
    await eventually(
      () => stage.service.get<{ items: object[] }>('/v1/jobs'),
      ({ items }) => items.length === 0,
    );
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  /** The service on a copy of the database, with these keys. */
  const onCopy = async (
    keys: string,
    work: (service: TestService, copy: TestDatabase) => Promise<void>,
  ): Promise<void> => {
    const copy = await createTestDatabase();
    await restore(database, copy);
    const allowed = [stage.proxy.url, stage.webex.url].map((url) => new URL(url).host).join(',');
    const service = await startTestService(copy.url, { LIAISON_MASTER_KEYS: keys, LIAISON_OUTBOUND_ALLOW: allowed });
    await service.ready.catch(() => undefined);
    try {
      await work(service, copy);
    } finally {
      await service.stop();
      await copy.drop();
    }
  };
  const call = (service: TestService): Promise<Response> => {
    const data = { id: `message-${Math.random()}`, roomId, personId: 'p', created: '2026-01-05T10:00:00.000Z' };
    const body = JSON.stringify({ id: 'w', resource: 'messages', event: 'deleted', data });
    const signature = createHmac('sha1', webexSecret).update(body).digest('hex');
    const { pathname } = new URL(connection.webhookUrl);
    return fetch(`${service.url}${pathname}`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'x-spark-signature': signature },
    });
  };
  const deliveries = async (copy: TestDatabase): Promise<number> =>
    (await copy.query(`select 1 from deliveries`)).length;

  it('takes calls, posts and renews with the right master keys', async () => {
    await onCopy(masterKeys, async (service, copy) => {
      const before = await deliveries(copy);
      expect((await call(service)).status).toBe(200);
      expect(await deliveries(copy)).toBe(before + 1);
      await copy.query(`update organization_tokens set expires_at = clock_timestamp()`);
      const taken = await post(service, { connectionId: connection.id, spaceId, as: 'app', text: 'restored' });
      expect((await settled(service, taken.body.id)).state).toBe('sent');
      const open = service.app.get(ConnectionDirectory).get(connection.id);
      if (open === undefined) throw new Error('there is no such connection');
      expect((await service.app.get<ActingTokens>(ACTING_TOKENS).app(open)).accessToken).not.toBe('');
      // It is the one that was renewed before the dump.
      const generation = `select generation from app_tokens where generation > 0`;
      expect([await copy.query(generation)]).toEqual([await database.query(generation)]);
      expect(await copy.query(generation)).toHaveLength(1);
    });
  });

  it.each([
    ['of another name', (): string => generateMasterKey()],
    ['of the same name', (): string => `${masterKeys.split(':')[0] ?? ''}:${generateMasterKey().split(':')[1] ?? ''}`],
  ])('takes no call and calls nobody with a master key %s', async (_name, key) => {
    await onCopy(key(), async (service, copy) => {
      const before = [await deliveries(copy), stage.webex.calls.all.length];
      expect((await call(service)).status).toBe(401);
      const taken = await post(service, { connectionId: connection.id, spaceId, as: 'app', text: 'not restored' });
      expect(taken.status).toBeGreaterThanOrEqual(400);
      await copy.query(`update organization_tokens set expires_at = clock_timestamp()`);
      await copy.query(`update jobs set run_at = clock_timestamp()`);
      // Longer than the outbox takes to look for work.
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      expect([await deliveries(copy), stage.webex.calls.all.length]).toEqual(before);
      const sealed = await copy.query(`select sealed_secrets from connections`);
      expect(sealed).toEqual(await database.query(`select sealed_secrets from connections`));
    });
  });
});
