import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { post, postOf, settled, spaceIdOf, type ShownPost } from '../setup/posts.js';
import { startServiceAppStage, type ConnectedServiceApp, type ServiceAppStage } from '../setup/service-app.js';
import { eventually, type Answer } from '../setup/service.js';

const outcomes = ({ attempts }: ShownPost): unknown => attempts.map(({ outcome }) => outcome);

describe('posts of a Service App', () => {
  let database: TestDatabase;
  let stage: ServiceAppStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startServiceAppStage(database.url);
  });
  afterEach(() => {
    stage.proxy.decide = () => 'pass';
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  const say = (connection: ConnectedServiceApp, spaceId: string, text: string): Promise<Answer<ShownPost>> =>
    post(stage.service, { connectionId: connection.id, spaceId, as: 'app', text });
  const sent = async (connection: ConnectedServiceApp, spaceId: string, text: string): Promise<ShownPost> => {
    const taken = await say(connection, spaceId, text);
    expect(taken.status).toBe(202);
    return settled(stage.service, taken.body.id);
  };
  const endTokens = ({ id }: ConnectedServiceApp): Promise<object[]> =>
    database.query(`update organization_tokens set expires_at = clock_timestamp() where connection_id = $1`, [id]);
  /** A space that only a webhook of the developer's own organisation has told of. */
  const spaceOfAnotherOrganisation = async (connection: ConnectedServiceApp): Promise<string> => {
    stage.webhook(stage.ann, { targetUrl: connection.webhookUrl, secret: 'a-webhook-secret-of-webex' });
    const room = stage.webex.createRoom({ title: 'Told by others', creator: stage.ann });
    return spaceIdOf(stage.service, room.id);
  };

  it('are placed with the token of the organisation that the space belongs to', async () => {
    const connection = await stage.connect();
    for (const name of ['North', 'South']) {
      const customer = connection.customer(name);
      await customer.authorize();
      const { id, room } = await customer.room(`${name} room`);
      const shown = await sent(connection, id, `to ${name}`);
      expect(shown).toMatchObject({
        state: 'sent',
        organizationId: customer.org.uuid,
        attempts: [{ outcome: 'sent' }],
      });
      expect(room.messages.map(({ author }) => author.id)).toEqual([customer.account.id]);
      const space = await stage.service.get<{ organizationId: string }>(`/v1/spaces/${id}`);
      expect(space.organizationId).toBe(customer.org.id);
    }
  });

  it('are placed with the token of the one organisation that has authorized the app, where no other is told', async () => {
    const connection = await stage.connect();
    const spaceId = await spaceOfAnotherOrganisation(connection);
    const none = await say(connection, spaceId, 'nobody has authorized it');
    expect(none).toMatchObject({ status: 409, body: { errors: [{ pointer: '/connectionId' }] } });
    const first = connection.customer('First');
    await first.authorize();
    const taken = await say(connection, spaceId, 'one has');
    expect([taken.status, (await postOf(stage.service, taken.body.id)).organizationId]).toEqual([202, first.org.uuid]);
    await connection.customer('Second').authorize();
    const several = await say(connection, spaceId, 'which of them?');
    expect(several).toMatchObject({ status: 409, body: { errors: [{ pointer: '/spaceId' }] } });
  });

  it('wait while the organisation has withdrawn, and go on when it authorizes again', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Back');
    await customer.authorize();
    const { id, room } = await customer.room('Back again');
    await customer.withdraw();
    const taken = await say(connection, id, 'when you are back');
    const parked = await settled(stage.service, taken.body.id, ['parked']);
    expect(parked).toMatchObject({ reason: 'needs-authorization', attempts: [] });
    await customer.authorize();
    expect(await settled(stage.service, taken.body.id)).toMatchObject({ state: 'sent' });
    expect(room.messages.map(({ text }) => text)).toEqual(['when you are back']);
  });

  it('wait also where nobody has told of the withdrawal, but the platform takes no token any more', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Silent');
    await customer.authorize();
    const { id } = await customer.room('Silent room');
    await customer.withdraw(false);
    const taken = await say(connection, id, 'nobody told us');
    const parked = await settled(stage.service, taken.body.id, ['parked']);
    expect([parked.reason, outcomes(parked)]).toEqual(['needs-authorization', ['unauthorized']]);
    await customer.authorize();
    expect(outcomes(await settled(stage.service, taken.body.id))).toEqual(['unauthorized', 'sent']);
  });

  it('are placed with a new token where the old one has died, which is fetched once for all of them', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Dying');
    await customer.authorize();
    const { id, room } = await customer.room('Dying tokens');
    const fetched = stage.webex.calls.count('/v1/applications');
    stage.webex.revokeTokens(customer.account);
    const words = ['first', 'second', 'third'];
    const taken = await Promise.all(words.map((word) => say(connection, id, word)));
    for (const { body } of taken) expect((await settled(stage.service, body.id)).state).toBe('sent');
    expect(room.messages.map(({ text }) => text).sort()).toEqual(words);
    expect(stage.webex.calls.count('/v1/applications') - fetched).toBe(1);
  });

  it('keep their order where the token has ended and a new one must come first', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Ended');
    await customer.authorize();
    const { id, room } = await customer.room('Ended tokens');
    await endTokens(connection);
    const words = ['first', 'second', 'third'];
    const taken: string[] = [];
    for (const word of words) taken.push((await say(connection, id, word)).body.id);
    for (const post of taken) expect(outcomes(await settled(stage.service, post))).toEqual(['sent']);
    expect(room.messages.map(({ text }) => text)).toEqual(words);
  });

  it('wait where a new token is not taken either, and are not tried for ever', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Refused');
    await customer.authorize();
    const { id } = await customer.room('Refused tokens');
    stage.webex.failNext({ path: '/v1/messages', method: 'POST', status: 401, times: 2 });
    const taken = await say(connection, id, 'refused twice');
    const parked = await settled(stage.service, taken.body.id, ['parked']);
    expect([parked.reason, outcomes(parked)]).toEqual(['needs-authorization', ['unauthorized', 'unauthorized']]);
    const before = stage.webex.calls.count('/v1/messages', { method: 'POST' });
    // Longer than the outbox takes to look whether parked jobs may go on.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(stage.webex.calls.count('/v1/messages', { method: 'POST' })).toBe(before);
    await customer.authorize();
    expect((await settled(stage.service, taken.body.id)).state).toBe('sent');
  });

  it("are placed with a token that was refreshed by the app's own client id and secret, though nobody can fetch one", async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Autonomous');
    await customer.authorize();
    const { id } = await customer.room('Autonomous room');
    // The integration's token, which fetches tokens, lives for two weeks.
    stage.webex.revokeTokens(stage.ann);
    await endTokens(connection);
    const refreshed = stage.webex.calls.count('/v1/access_token');
    expect((await sent(connection, id, 'still here')).state).toBe('sent');
    expect(stage.webex.calls.count('/v1/access_token') - refreshed).toBe(1);
  });

  it("are placed although the token that fetches tokens has ended, where it is the app's own and came with a refresh token", async () => {
    const connection = await stage.connect();
    const first = connection.customer('Portal');
    await first.authorize();
    const { accessToken, refreshToken } = stage.webex.serviceAppTokens(connection.app, first.org.id);
    await stage.service.call('PATCH', `/v1/connections/${connection.id}`, {
      body: { secrets: { accessToken, refreshToken } },
    });
    stage.webex.expireTokens();
    const second = connection.customer('Later');
    await second.authorize();
    const { id } = await second.room('Later room');
    expect(await sent(connection, id, 'by a pair of its own')).toMatchObject({ organizationId: second.org.uuid });
  });

  it('whose answer is lost are looked for as the organisation’s account, and are there once', async () => {
    const connection = await stage.connect();
    const customer = connection.customer('Lost');
    await customer.authorize();
    const { id, room } = await customer.room('Lost answers');
    let calls = 0;
    stage.proxy.decide = ({ method, path }) =>
      method === 'POST' && path === '/v1/messages' && ++calls === 1 ? 'after' : 'pass';
    const shown = await sent(connection, id, 'said once');
    expect(shown.attempts).toMatchObject([{ outcome: 'sent', reason: 'found' }]);
    expect(room.messages).toHaveLength(1);
  });

  it('are limited for one organisation, and go on for the others', async () => {
    const connection = await stage.connect();
    const rooms: string[] = [];
    for (const name of ['Slow', 'Quick']) {
      const customer = connection.customer(name);
      await customer.authorize();
      rooms.push((await customer.room(`${name} limits`)).id);
    }
    const [slow = '', quick = ''] = rooms;
    stage.webex.failNext({ path: '/v1/messages', method: 'POST', status: 429, retryAfterSeconds: 3_600 });
    const limited = await say(connection, slow, 'later');
    await eventually(
      () =>
        database.query<{ credential: string }>(`select credential from job_pauses where connection_id = $1`, [
          connection.id,
        ]),
      ([pause]) => pause?.credential.startsWith('organization:') === true,
    );
    expect((await sent(connection, quick, 'now')).state).toBe('sent');
    expect(await postOf(stage.service, limited.body.id)).toMatchObject({ state: 'queued', reason: 'rate-limited' });
  });
});
