import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { startScene, type WebexScene } from '../../simulators/webex/webex-scene.js';
import { OrganizationTokenJob } from '../../src/authorizations/organization-token.job.js';
import { uuidV7 } from '../../src/common/ids/uuid-v7.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { type OpenConnection } from '../../src/connections/open-connection.js';
import { type Job, type JobOutcome } from '../../src/outbox/job.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../src/platforms/platform.errors.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { Relay } from '../setup/relay.js';
import { startTestService, type TestService } from '../setup/service.js';
import { TokenProcess } from '../setup/token-process.js';

const connectionIn = (service: TestService, id: string): OpenConnection => {
  const connection = service.app.get(ConnectionDirectory).get(id);
  if (connection === undefined) throw new Error('there is no such connection');
  return connection;
};

describe('the token of a Watson Work app', () => {
  let database: TestDatabase;
  let watson: WatsonWorkSimulator;
  let relay: Relay;
  let service: TestService;
  let tokens: ActingTokens;
  let connectionId: string;
  let processes: TokenProcess[];
  let appId: string;
  let appSecret: string;
  beforeAll(async () => {
    database = await createTestDatabase();
    watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
    relay = await Relay.start(watson.url);
    const environment = { LIAISON_MASTER_KEYS: generateMasterKey(), LIAISON_OUTBOUND_ALLOW: relay.host };
    service = await startTestService(database.url, environment);
    await service.ready;
    tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
    ({ appId, appSecret } = watson.registerApp({ name: 'Liaison' }));
    const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'watson-work',
        name: 'Watson Work',
        settings: { appId, apiUrl: relay.url },
        secrets: { appSecret },
      },
    });
    connectionId = answer.body.id;
    const ofChildren = {
      ...environment,
      DATABASE_URL: database.url,
      LIAISON_LOG_LEVEL: 'error',
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    };
    processes = await Promise.all([0, 1, 2].map(() => TokenProcess.start(ofChildren)));
  });
  beforeEach(() => relay.calls.splice(0));
  afterAll(async () => {
    await Promise.all(processes.map((one) => one.kill()));
    await service.stop();
    await relay.stop();
    await watson.stop();
    await database.drop();
  });
  const fetched = (): number => relay.count('/oauth/token');
  const app = async (): Promise<string> => (await tokens.app(connectionIn(service, connectionId))).accessToken;

  it('is fetched once for 25 callers in each of 3 processes, by client credentials and Basic authentication', async () => {
    const answers = await Promise.all(processes.map((one) => one.ask({ connectionId, callers: 25 })));
    const given = answers.flatMap((answer) => answer.tokens);
    expect([given.length, new Set(given).size, fetched()]).toEqual([75, 1, 1]);
    const [call] = relay.calls;
    expect(call?.headers.authorization).toBe(
      `Basic ${Buffer.from(`${encodeURIComponent(appId)}:${encodeURIComponent(appSecret)}`).toString('base64')}`,
    );
    expect(call?.body).toBe('grant_type=client_credentials');
  });

  it('is kept while it is good', async () => {
    const first = await app();
    for (let round = 0; round < 20; round++) expect(await app()).toBe(first);
    expect(fetched()).toBe(0);
  });

  it('is renewed before its end', async () => {
    const first = await app();
    const [times] = await database.query<{ early: number; life: number }>(
      `select extract(epoch from expires_at - renew_after)::float8 as early,
              extract(epoch from expires_at - clock_timestamp())::float8 as life from app_tokens where id = $1`,
      [connectionId],
    );
    // A tenth to a fifth of its life of 3599 seconds, at most 600; the server reads its clock twice in between.
    expect(times?.early).toBeGreaterThanOrEqual(359);
    expect(times?.early).toBeLessThan(601);
    expect(times?.life).toBeGreaterThan(3_500);
    await database.query(`update app_tokens set renew_after = clock_timestamp()`);
    expect(await app()).not.toBe(first);
    expect(fetched()).toBe(1);
  });

  it('is another one after the platform has refused it, fetched once however many were refused', async () => {
    const connection = connectionIn(service, connectionId);
    const first = await tokens.app(connection);
    watson.expireTokens();
    const told = await Promise.all(Array.from({ length: 10 }, () => tokens.appRefused(connection, first)));
    expect(told.every(Boolean)).toBe(true);
    const second = await Promise.all(Array.from({ length: 10 }, app));
    expect(new Set(second).size).toBe(1);
    expect(second[0]).not.toBe(first.accessToken);
    await tokens.appRefused(connection, first);
    expect(await app()).toBe(second[0]);
    expect(fetched()).toBe(1);
  });

  it('has the life that the platform names, as a number or as a text of digits', async () => {
    for (const expires of [7_200, '7200']) {
      relay.change = (_path, answer) => ({ ...answer, expires_in: expires });
      await database.query(`update app_tokens set expires_at = clock_timestamp()`);
      await app();
      const [row] = await database.query<{ life: number }>(
        `select extract(epoch from expires_at - clock_timestamp())::float8 as life from app_tokens`,
      );
      expect(row?.life).toBeGreaterThan(7_150);
      expect(row?.life).toBeLessThanOrEqual(7_200);
    }
    relay.change = (_path, answer) => answer;
  });

  it('without a named end is kept until it is refused', async () => {
    relay.change = (_path, answer) => ({ ...answer, expires_in: undefined });
    await database.query(`update app_tokens set expires_at = clock_timestamp()`);
    const first = await app();
    relay.change = (_path, answer) => answer;
    for (let round = 0; round < 5; round++) expect(await app()).toBe(first);
    expect(fetched()).toBe(1);
  });

  it('is asked for again when an answer was lost', async () => {
    await database.query(`update app_tokens set expires_at = clock_timestamp()`);
    relay.losesAnswersOf = '/oauth/token';
    await expect(app()).rejects.toThrow(PlatformUnavailable);
    relay.losesAnswersOf = undefined;
    expect(await app()).toMatch(/^ey/);
  });

  it('is given while it is good, also when the platform does not take the secret any more', async () => {
    await app();
    await database.query(`update app_tokens set renew_after = clock_timestamp()`);
    watson.failNext({ path: '/oauth/token', status: 401 });
    expect(await app()).toMatch(/^ey/);
  });

  it('is another one after somebody has entered another secret', async () => {
    const first = await app();
    const other = watson.registerApp({ name: 'Other' });
    await service.call('PATCH', `/v1/connections/${connectionId}`, {
      body: { settings: { appId: other.appId, apiUrl: relay.url }, secrets: { appSecret: other.appSecret } },
    });
    await expect.poll(app, { timeout: 5_000 }).not.toBe(first);
  });
});

describe('the token of a Webex integration that came with a refresh token', () => {
  let database: TestDatabase;
  let scene: WebexScene;
  let relay: Relay;
  let service: TestService;
  let tokens: ActingTokens;
  let connectionId: string;
  const connect = async (): Promise<string> => {
    const { clientId, clientSecret } = scene.integration;
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.ann);
    const answer = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'webex',
        name: 'Webex',
        settings: { apiUrl: `${relay.url}/v1`, kind: 'integration', clientId, webhooks: [] },
        secrets: { clientSecret, accessToken, refreshToken },
      },
    });
    return answer.body.id;
  };
  const enter = (id: string, secrets: object): Promise<unknown> =>
    service.call('PATCH', `/v1/connections/${id}`, { body: { secrets } });
  const renewed = async (connection: OpenConnection): Promise<string> => {
    await tokens.appRefused(connection, await tokens.app(connection));
    return (await tokens.app(connection)).accessToken;
  };
  beforeAll(async () => {
    database = await createTestDatabase();
    scene = await startScene({ clock: new SimulatorClock(), quirks: { refreshTokens: 'rotate' } });
    relay = await Relay.start(scene.webex.url);
    service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: relay.host });
    await service.ready;
    tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
    connectionId = await connect();
  });
  beforeEach(() => relay.calls.splice(0));
  afterAll(async () => {
    await service.stop();
    await relay.stop();
    await scene.end();
    await database.drop();
  });
  const path = '/v1/access_token';

  it('is renewed after the platform has refused it, with the refresh token of the time', async () => {
    const connection = connectionIn(service, connectionId);
    for (let round = 1; round <= 3; round++) {
      const token = await tokens.app(connection);
      expect(await tokens.appRefused(connection, token)).toBe(true);
      expect((await tokens.app(connection)).accessToken).not.toBe(token.accessToken);
      expect(relay.count(path)).toBe(round);
    }
  });

  it('is over when an answer is lost, nobody asks again, and other secrets begin anew', async () => {
    const connection = connectionIn(service, connectionId);
    await tokens.appRefused(connection, await tokens.app(connection));
    relay.losesAnswersOf = path;
    const ends = await Promise.allSettled(Array.from({ length: 10 }, () => tokens.app(connection)));
    relay.losesAnswersOf = undefined;
    expect(ends.every((end) => end.status === 'rejected' && end.reason instanceof NeedsAuthorization)).toBe(true);
    await expect(tokens.app(connection)).rejects.toThrow(NeedsAuthorization);
    expect(relay.count(path)).toBe(1);
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.ann);
    await service.call('PATCH', `/v1/connections/${connectionId}`, {
      body: { secrets: { accessToken, refreshToken } },
    });
    await expect
      .poll(
        () =>
          tokens.app(connectionIn(service, connectionId)).then(
            (token) => token.accessToken,
            () => '',
          ),
        { timeout: 5_000 },
      )
      .toBe(accessToken);
  });

  it('outlives another client secret: the refresh token of the time is kept', async () => {
    const id = await connect();
    await renewed(connectionIn(service, id));
    await enter(id, { clientSecret: 'mistyped' });
    await tokens.appRefused(connectionIn(service, id), await tokens.app(connectionIn(service, id)));
    await expect(tokens.app(connectionIn(service, id))).rejects.toThrow(PlatformUnavailable);
    await enter(id, { clientSecret: scene.integration.clientSecret });
    await database.query(`update app_tokens set rests_until = null`);
    await expect(tokens.app(connectionIn(service, id))).resolves.toMatchObject({ generation: '2' });
  });

  it('outlives a process that has not heard yet of the new secrets', async () => {
    const id = await connect();
    const stale = connectionIn(service, id);
    await renewed(stale);
    const { accessToken, refreshToken } = scene.webex.integrationTokens(scene.integration, scene.ann);
    await enter(id, { accessToken, refreshToken });
    await renewed(connectionIn(service, id));
    // Up to two seconds later another process, or a run that began before, still works with what it knew.
    await tokens.app(stale).catch(() => undefined);
    await expect(renewed(connectionIn(service, id))).resolves.toBeTypeOf('string');
  });

  it('is renewed for the tokens of an organisation also where the first try failed for another reason', async () => {
    const id = await connect();
    await tokens.app(connectionIn(service, id));
    scene.webex.expireTokens();
    const key = {
      connectionId: id,
      tenantId: 'default',
      applicationExternalId: 'application',
      organizationExternalId: 'organization',
      toldId: 'organization',
    };
    await database.query(
      `insert into organization_tokens (connection_id, tenant_id, organization_external_id, application_external_id, told_id,
                                        generation, active) values ($1, 'default', 'organization', 'application', 'x', 1, true)`,
      [id],
    );
    const job: Job = {
      ...{ id: uuidV7(), tenantId: 'default', connectionId: id, kind: 'organization-token', key: 'x' },
      payload: { ...key, generation: '1' },
      ...{ attempt: 2, requests: 1, createdAt: new Date(), triedSince: new Date(), isTrial: false },
    };
    const run = (): Promise<JobOutcome> => service.app.get(OrganizationTokenJob).run(job, AbortSignal.timeout(10_000));
    // The token has ended and there is a refresh token: nobody needs to change the connection.
    expect(await run()).toEqual({ kind: 'retry', reason: 'token-refused' });
    // With the renewed one it gets as far as Webex not knowing that application.
    await expect(run()).rejects.toThrow('404');
    expect(relay.count(path)).toBe(1);
  });
});
