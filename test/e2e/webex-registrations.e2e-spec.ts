import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedPerson } from '../../simulators/webex/simulated-person.js';
import { type SimulatedWebhook } from '../../simulators/webex/simulated-webhook.js';
import { startScene, type WebexScene } from '../../simulators/webex/webex-scene.js';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson } from '../setup/watson.js';

interface Registration {
  readonly id: string;
  readonly resource: string;
  readonly event: string;
  readonly filter: string | null;
  readonly externalId: string | null;
  readonly status: string;
  readonly problem: string | null;
  readonly checkedAt: string;
  readonly activeSince: string | null;
  readonly reactivatedAt: string | null;
  readonly repairs: number;
  readonly nextRepairAt: string | null;
}
interface Connection {
  readonly id: string;
  readonly webhookUrl: string;
  readonly bot: SimulatedPerson;
}
type Page<T> = Readonly<{ items: T[]; nextCursor: string | null }>;

const masterKey = generateMasterKey();
const onMessages = [{ resource: 'messages', event: 'all' }];

describe('webhooks that Liaison registers at Webex', () => {
  let database: TestDatabase;
  let scene: WebexScene;
  let service: TestService;
  let bots = 0;

  const start = (environment: Record<string, string> = {}): Promise<TestService> =>
    startTestService(database.url, {
      LIAISON_MASTER_KEYS: masterKey,
      LIAISON_OUTBOUND_ALLOW: new URL(scene.webex.url).host,
      ...environment,
    });
  /** A connection whose bot has no other webhooks. */
  const connect = async (webhooks?: readonly object[], at: TestService = service): Promise<Connection> => {
    bots += 1;
    const bot = scene.webex.addBot({ displayName: `Bot ${bots}`, email: `bot${bots}@webex.bot` });
    const answer = await at.call<{ id: string; webhookUrl: string }>('POST', '/v1/connections', {
      body: {
        platform: 'webex',
        name: `Bot ${bots}`,
        settings: { kind: 'bot', apiUrl: `${scene.webex.url}/v1`, ...(webhooks === undefined ? {} : { webhooks }) },
        secrets: { accessToken: scene.token(bot) },
      },
    });
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return { ...answer.body, bot };
  };
  const webhooksOf = (bot: SimulatedPerson): SimulatedWebhook[] =>
    scene.webex.webhooks.filter(({ creator }) => creator === bot);
  const registrations = async ({ id }: Connection, at: TestService = service): Promise<Registration[]> =>
    (await at.get<Page<Registration>>(`/v1/connections/${id}/registrations`)).items;
  const settled = (connection: Connection, at: TestService = service): Promise<Registration[]> =>
    eventually(
      () => registrations(connection, at),
      (all) => all.length > 0 && all.every(({ status }) => status === 'active' || status === 'foreign'),
    );
  const check = async ({ id }: Connection, at: TestService = service): Promise<void> => {
    const { status } = await at.call('POST', `/v1/connections/${id}/registrations/check`);
    expect(status).toBe(202);
  };
  /** Waits until a check that begins now has ended. */
  const checked = async (connection: Connection, at: TestService = service): Promise<Registration[]> => {
    const [{ now } = { now: '' }] = await database.query<{ now: string }>('select clock_timestamp()::text as now');
    await check(connection, at);
    await eventually(
      () =>
        database.query(`select 1 from registration_checks where connection_id = $1 and checked_at > $2::timestamptz`, [
          connection.id,
          now,
        ]),
      (rows) => rows.length === 1,
    );
    return registrations(connection, at);
  };
  const metric = async (name: string, at: TestService = service): Promise<number> => {
    const text = await (await fetch(`${at.url}/metrics`)).text();
    const line = text.split('\n').find((one) => one.startsWith(name));
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  /** How long the check that found it off has put its repair off. */
  const waitOf = (one: Registration | undefined): number =>
    Date.parse(one?.nextRepairAt ?? '') - Date.parse(one?.checkedAt ?? '');
  const putsTo = (webhook: SimulatedWebhook | undefined): number =>
    scene.webex.calls.count(`/v1/webhooks/${webhook?.id ?? ''}`, { method: 'PUT' });

  /** Moves everything that is known of a connection's webhooks into the past. */
  const passMinutes = async ({ id }: Connection, minutes: number): Promise<void> => {
    await database.query(
      `update registrations set checked_at = checked_at - $2 * interval '1 minute',
              active_since = active_since - $2 * interval '1 minute',
              reactivated_at = reactivated_at - $2 * interval '1 minute',
              next_repair_at = next_repair_at - $2 * interval '1 minute' where connection_id = $1`,
      [id, minutes],
    );
    await database.query(
      `update registration_checks set checked_at = checked_at - $2 * interval '1 minute' where connection_id = $1`,
      [id, minutes],
    );
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    scene = await startScene({ pageSizes: { usual: 2, largest: 2 } });
    service = await start();
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await scene.end();
    await database.drop();
  });

  it('are made as soon as there is a connection, and what they send is taken', async () => {
    const connection = await connect();
    const shown = await settled(connection);
    expect(shown.map(({ resource, event }) => `${resource}/${event}`).toSorted()).toEqual([
      'attachmentActions/created',
      'memberships/all',
      'messages/all',
      'rooms/all',
      'rooms/migrated',
    ]);
    const made = webhooksOf(connection.bot);
    expect(made.map(({ id }) => id).toSorted()).toEqual(shown.map(({ externalId }) => externalId).toSorted());
    expect(new Set(made.map(({ targetUrl }) => targetUrl))).toEqual(new Set([connection.webhookUrl]));
    expect(made[0]?.secret).toMatch(/^[A-Za-z0-9_-]{43}$/);
    const room = scene.webex.createRoom({ title: 'Renewal', creator: scene.ann, members: [connection.bot] });
    await scene.as(scene.ann).post('/messages', {
      roomId: room.id,
      markdown: `<@personId:${connection.bot.id}> hello`,
    });
    await scene.webex.settled();
    const toUs = scene.webex.deliveries.filter(({ targetUrl }) => targetUrl === connection.webhookUrl);
    expect(toUs.map(({ resource, event }) => `${resource}/${event}`)).toContain('messages/created');
    expect(new Set(toUs.map(({ status }) => status))).toEqual(new Set([200]));
  });

  it('get name, target and secret back when those have drifted', async () => {
    const connection = await connect(onMessages);
    const [before] = await settled(connection);
    const [webhook] = webhooksOf(connection.bot);
    const secret = webhook?.secret;
    const drifts = [
      { name: 'Renamed', targetUrl: connection.webhookUrl },
      { name: 'Renamed', targetUrl: connection.webhookUrl.replace('127.0.0.1', 'localhost'), secret: 'stolen' },
      { name: 'Liaison messages/all', targetUrl: 'http://127.0.0.1:1/elsewhere' },
    ];
    for (const drift of drifts) {
      webhook?.update(drift);
      await checked(connection);
      expect(webhook).toMatchObject({ name: 'Liaison messages/all', targetUrl: connection.webhookUrl, secret });
    }
    expect(webhooksOf(connection.bot)).toEqual([webhook]);
    const puts = putsTo(webhook);
    expect(puts).toBe(drifts.length);
    expect(await checked(connection)).toMatchObject([{ externalId: before?.externalId, status: 'active', repairs: 0 }]);
    expect(putsTo(webhook)).toBe(puts);
  });

  it('get the new secret when it is rotated', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    const [webhook] = webhooksOf(connection.bot);
    const kept = (
      await service.get<{ secrets: { webhookSecrets: { id: string }[] } }>(`/v1/connections/${connection.id}`)
    ).secrets.webhookSecrets[0]?.id;
    await service.call('PATCH', `/v1/connections/${connection.id}`, {
      body: { secrets: { webhookSecrets: ['the rotated secret', { id: kept, until: '2100-01-01T00:00:00Z' }] } },
    });
    await eventually(
      () => webhook?.secret,
      (secret) => secret === 'the rotated secret',
    );
  });

  it('are replaced when their filter is changed', async () => {
    const connection = await connect(onMessages);
    const [before] = await settled(connection);
    await service.call('PATCH', `/v1/connections/${connection.id}`, {
      body: { settings: { webhooks: [{ ...onMessages[0], filter: 'roomType=direct' }] } },
    });
    const after = await eventually(
      () => registrations(connection),
      (all) => all[0]?.filter === 'roomType=direct' && all[0].status === 'active',
    );
    expect(after).toHaveLength(1);
    expect(after[0]?.externalId).not.toBe(before?.externalId);
    expect(webhooksOf(connection.bot).map(({ id, filter }) => [id, filter])).toEqual([
      [after[0]?.externalId, 'roomType=direct'],
    ]);
  });

  it('lose their copies, while those of others are left alone', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    const [ours] = webhooksOf(connection.bot);
    const { name = '', targetUrl = '' } = ours ?? {};
    const token = scene.token(connection.bot);
    const more = (change: object): SimulatedWebhook =>
      scene.webex.createWebhook(token, { name, targetUrl, resource: 'messages', event: 'all', ...change });
    for (let i = 0; i < 5; i++) more({});
    const elsewhere = more({ targetUrl: scene.receiver.url, secret: 'theirs' });
    const off = more({ targetUrl: `${scene.receiver.url}/webhooks/webex/another` });
    off.deactivate();
    const byHand = more({ name: 'made by hand' });
    const shown = await checked(connection);
    expect(webhooksOf(connection.bot)).toEqual([ours, elsewhere, off, byHand]);
    expect([elsewhere, off, byHand].map(putsTo)).toEqual([0, 0, 0]);
    expect(off.active).toBe(false);
    expect(shown.map(({ externalId, status, problem }) => [externalId, status, problem])).toEqual([
      [ours?.id, 'active', null],
      [byHand.id, 'foreign', 'name-not-ours'],
    ]);
  });

  it('are left alone altogether when the settings name none', async () => {
    const connection = await connect([]);
    await checked(connection);
    expect(await registrations(connection)).toEqual([]);
    expect(webhooksOf(connection.bot)).toEqual([]);
    const { secrets } = await service.get<{ secrets: object }>(`/v1/connections/${connection.id}`);
    expect(secrets).toMatchObject({ webhookSecrets: [] });
  });

  it('are made anew when they were removed, which is counted and told', async () => {
    const connection = await connect(onMessages);
    const [before] = await settled(connection);
    const lost = await metric('liaison_registrations_lost_total{platform="webex",status="missing"}');
    await scene.as(connection.bot).delete(`/webhooks/${before?.externalId ?? ''}`);
    const [after] = await checked(connection);
    expect(after).toMatchObject({ status: 'active', repairs: 0 });
    expect(webhooksOf(connection.bot).map(({ id }) => id)).toEqual([after?.externalId]);
    expect(after?.externalId).not.toBe(before?.externalId);
    expect(await metric('liaison_registrations_lost_total{platform="webex",status="missing"}')).toBe(lost + 1);
    expect(service.logs.filter((line) => line.includes('"status":"missing"')).join()).toContain(connection.id);
  });

  it('are switched on again once, and then less and less often while whoever receives is ill', async () => {
    const { receiver } = scene;
    const ill = await start({ LIAISON_PUBLIC_URL: new URL(receiver.url).origin });
    await ill.ready;
    // The other process would set the webhooks to its own address.
    await service.stop();
    try {
      const connection = await connect(onMessages, ill);
      await settled(connection, ill);
      const [webhook] = webhooksOf(connection.bot);
      const room = scene.webex.directRoom(scene.ann, connection.bot);
      const say = async (times: number): Promise<void> => {
        for (let i = 0; i < times; i++) await scene.as(scene.ann).post('/messages', { roomId: room.id, text: `${i}` });
        await scene.webex.settled();
      };
      receiver.reply = (response) => void response.writeHead(500).end();
      await say(99);
      expect(webhook?.active).toBe(true);
      await say(1);
      expect(webhook?.active).toBe(false);

      expect(await checked(connection, ill)).toMatchObject([{ status: 'active', repairs: 1, nextRepairAt: null }]);
      expect([webhook?.active, putsTo(webhook)]).toEqual([true, 1]);
      // In the first five minutes one failure is enough.
      await say(1);
      expect(webhook?.active).toBe(false);
      const [put] = await checked(connection, ill);
      expect(put).toMatchObject({ status: 'inactive', problem: 'switched-off', repairs: 1, activeSince: null });
      expect(waitOf(put)).toBe(60_000);
      for (let i = 0; i < 4; i++) {
        expect(await checked(connection, ill)).toMatchObject([{ nextRepairAt: put?.nextRepairAt, repairs: 1 }]);
      }
      expect(putsTo(webhook)).toBe(1);
      expect(await metric('liaison_registrations_off', ill)).toBe(1);
      expect(await metric('liaison_registrations_lost_total{platform="webex",status="inactive"}', ill)).toBe(2);

      // A minute later nobody needs to ask.
      await passMinutes(connection, 1.1);
      await eventually(
        () => registrations(connection, ill),
        ([one]) => one?.status === 'active' && one.repairs === 2,
      );
      expect([webhook?.active, putsTo(webhook)]).toEqual([true, 2]);
      await say(1);
      const [again] = await checked(connection, ill);
      expect(again).toMatchObject({ status: 'inactive', repairs: 2 });
      expect(waitOf(again)).toBe(120_000);

      receiver.reply = (response) => void response.writeHead(200).end();
      await passMinutes(connection, 2.1);
      await settled(connection, ill);
      await passMinutes(connection, 16);
      await eventually(
        () => registrations(connection, ill),
        ([one]) => one?.repairs === 0,
      );
      expect([webhook?.active, putsTo(webhook)]).toEqual([true, 3]);
      expect(await metric('liaison_registrations_off', ill)).toBe(0);
    } finally {
      await ill.stop();
      service = await start();
      await service.ready;
    }
  });

  it('wait for a new token when the old one is dead, and say so', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    const fresh = scene.webex.regenerateBotToken(connection.bot);
    await checked(connection);
    expect(await registrations(connection)).toMatchObject([{ status: 'blocked', problem: 'needs-authorization' }]);
    const jobs = await eventually(
      () =>
        service.get<Page<{ kind: string; lastReason: string }>>(`/v1/jobs?connectionId=${connection.id}&state=parked`),
      ({ items }) => items.length > 0,
    );
    expect(jobs.items).toMatchObject([{ kind: 'registrations', lastReason: 'needs-authorization' }]);
    await service.call('PATCH', `/v1/connections/${connection.id}`, { body: { secrets: { accessToken: fresh } } });
    expect(await settled(connection)).toMatchObject([{ status: 'active', problem: null }]);
    expect(webhooksOf(connection.bot)).toHaveLength(1);
  });

  it('are not made without a secret that signs what they send', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    await scene.as(connection.bot).delete(`/webhooks/${webhooksOf(connection.bot)[0]?.id ?? ''}`);
    const ended = { secret: 'what signed until yesterday', until: new Date(Date.now() - 86_400_000).toISOString() };
    const change = { secrets: { webhookSecrets: [ended] } };
    await service.call('PATCH', `/v1/connections/${connection.id}`, { body: change });
    await eventually(
      () => registrations(connection),
      ([one]) => one?.problem === 'no-active-secret',
    );
    expect(webhooksOf(connection.bot)).toEqual([]);
  });

  it('say what the platform refuses', async () => {
    const connection = await connect([
      ...onMessages,
      { resource: 'messages', event: 'created', filter: 'roomId=unknown' },
    ]);
    const shown = await eventually(
      () => registrations(connection),
      (all) => all.length === 2,
    );
    expect(shown.map(({ event, status, problem }) => [event, status, problem])).toEqual([
      ['all', 'active', null],
      ['created', 'blocked', 'invalid'],
    ]);
  });

  it('are made once although an answer was lost', { timeout: 60_000 }, async () => {
    scene.webex.failNext({ path: '/v1/webhooks', method: 'POST', hangMs: 11_000 });
    const connection = await connect(onMessages);
    await eventually(
      () => webhooksOf(connection.bot),
      (made) => made.length === 1,
      20_000,
    );
    const shown = await eventually(
      () => registrations(connection),
      ([one]) => one?.status === 'active',
      30_000,
    );
    expect(webhooksOf(connection.bot).map(({ id }) => id)).toEqual([shown[0]?.externalId]);
  });

  it('are made once however many processes look after them', async () => {
    const sameAddress = { LIAISON_PUBLIC_URL: service.url };
    const others = await Promise.all([start(sameAddress), start(sameAddress)]);
    await Promise.all(others.map(({ ready }) => ready));
    try {
      const connections = await Promise.all(Array.from({ length: 6 }, () => connect()));
      await Promise.all(
        connections.flatMap((connection) => others.flatMap((at) => [check(connection, at), check(connection, at)])),
      );
      for (const connection of connections) {
        expect(await settled(connection)).toHaveLength(5);
        await checked(connection);
        expect(webhooksOf(connection.bot)).toHaveLength(5);
        expect(webhooksOf(connection.bot).map(putsTo)).toEqual([0, 0, 0, 0, 0]);
      }
    } finally {
      for (const other of others) await other.stop();
    }
  });

  it('are checked about once a minute, by all processes together', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    const sameAddress = { LIAISON_PUBLIC_URL: service.url };
    const other = await start(sameAddress);
    await other.ready;
    try {
      await database.query(
        `update registration_checks set checked_at = checked_at - interval '2 minutes' where connection_id = $1`,
        [connection.id],
      );
      const done = (): Promise<number> =>
        Promise.all(
          [service, other].map((at) => metric('liaison_jobs_total{kind="registrations",outcome="done"}', at)),
        ).then((all) => all.reduce((sum, one) => sum + one, 0));
      const before = await done();
      await eventually(done, (count) => count > before);
      await new Promise((resolve) => setTimeout(resolve, 5_000));
      expect((await done()) - before).toBe(1);
    } finally {
      await other.stop();
    }
  });

  it('are paged, shown to their tenant only, and empty for platforms that register nothing', async () => {
    const connection = await connect();
    await settled(connection);
    const path = `/v1/connections/${connection.id}/registrations`;
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const page: Page<Registration> = await service.get(`${path}?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(new Set(seen).size).toBe(5);
    const keys = service.app.get(ApiKeysService);
    const stranger = (await keys.create('another tenant', 'stranger', ['admin'])).text;
    const reader = (await keys.create('default', 'reader', ['events:read'])).text;
    const checkPath = `${path}/check`;
    expect((await service.call('GET', path, { credential: stranger })).status).toBe(404);
    expect((await service.call('POST', checkPath, { credential: stranger })).status).toBe(404);
    expect((await service.call('GET', path, { credential: reader })).status).toBe(200);
    expect((await service.call('POST', checkPath, { credential: reader })).status).toBe(403);
    const watson = await connectWatson(service);
    expect((await service.call('POST', `/v1/connections/${watson.id}/registrations/check`)).status).toBe(202);
    expect(await service.get(`/v1/connections/${watson.id}/registrations`)).toEqual({ items: [], nextCursor: null });
  });

  it('never show their secrets', async () => {
    const connection = await connect(onMessages);
    await settled(connection);
    webhooksOf(connection.bot)[0]?.update({
      name: 'x',
      targetUrl: connection.webhookUrl,
      secret: 'canary-at-platform',
    });
    await checked(connection);
    const secrets = [
      'canary-at-platform',
      scene.token(connection.bot),
      ...scene.webex.webhooks.flatMap(({ secret, creator }) =>
        secret === undefined || creator !== connection.bot ? [] : [secret],
      ),
    ];
    expect(secrets).toHaveLength(3);
    let text = service.logs.join('\n');
    for (const path of [
      `/v1/connections/${connection.id}`,
      `/v1/connections/${connection.id}/registrations`,
      '/v1/jobs',
      '/openapi.json',
    ]) {
      text += JSON.stringify(await service.get(path));
    }
    text += await (await fetch(`${service.url}/metrics`)).text();
    const tables = await database.query<{ name: string }>(
      `select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'public'`,
    );
    for (const { name } of tables) {
      text += JSON.stringify(await database.query(`select t::text as row from ${name} t`));
    }
    expect(text).toContain(connection.id);
    expect(secrets.filter((secret) => text.includes(secret))).toEqual([]);
  });
});
