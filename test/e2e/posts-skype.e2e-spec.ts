import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type SimulatedConversation } from '../../simulators/skype-for-business/simulated-conversation.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { post, settled, spaceIdOf, type ShownPost } from '../setup/posts.js';
import { eventually, type Answer } from '../setup/service.js';
import { skypeEndpoint, startSkypeStage, type SkypeStage } from '../setup/skype-for-business.js';

describe.each([false, true])('posts to Skype for Business; webhooks before the answer: %s', (eventsBeforeAnswer) => {
  let database: TestDatabase;
  let stage: SkypeStage;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startSkypeStage(database.url, { eventsBeforeAnswer });
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  let people = 0;
  /** A conversation of its own, with somebody who is in no other. */
  const conversation = async (): Promise<{
    readonly spaceId: string;
    readonly there: SimulatedConversation;
    readonly received: () => readonly string[];
  }> => {
    people += 1;
    const mira = stage.skype.person(`sip:mira${people}@tenant-a.example`, { name: 'Mira', onInvite: 'accept' });
    await stage.service.call('POST', '/v1/conversations', {
      body: { connectionId: stage.connection.id, endpoint: skypeEndpoint, to: mira.uri, subject: 'Ticket' },
    });
    const there = await eventually(
      () => stage.skype.conversations[people - 1],
      (found) => found?.messagingState === 'Connected',
    );
    if (there === undefined) throw new Error('it was seen just now');
    await stage.skype.settled();
    const spaceId = await spaceIdOf(stage.service, there.id);
    await eventually(
      () => stage.service.get<{ items: { invitation: unknown }[] }>(`/v1/conversations?spaceId=${spaceId}`),
      ({ items }) => (items[0]?.invitation ?? null) !== null,
    );
    return { spaceId, there, received: () => mira.received.map(({ text }) => text) };
  };
  const say = (spaceId: string, more: object): Promise<Answer<ShownPost>> =>
    post(stage.service, {
      connectionId: stage.connection.id,
      spaceId,
      as: 'app',
      endpoint: skypeEndpoint,
      ...more,
    });

  it('are said in the conversation, under the name of the post, and linked with the message', async () => {
    const { spaceId, received } = await conversation();
    const taken = await say(spaceId, { text: 'Is it solved?', html: 'Is it <b>solved</b>?' });
    expect(taken.status).toBe(202);
    const sent = await eventually(
      () => settled(stage.service, taken.body.id),
      ({ messageId }) => messageId !== null,
    );
    expect(sent).toMatchObject({ state: 'sent', reason: null });
    expect(sent.externalId).toMatch(/\/messages\/\d+$/);
    expect(received()).toEqual(['Is it <b>solved</b>?']);
  });

  it('whose process died after the platform took them are not said twice', async () => {
    const { spaceId, received } = await conversation();
    const taken = await say(spaceId, { text: 'once' });
    await eventually(
      () => settled(stage.service, taken.body.id),
      ({ messageId }) => messageId !== null,
    );
    // As if the answer had never been written down, nor the echo come.
    const { id } = taken.body;
    await database.query(
      `update posts set state = 'sending', external_id = null, message_id = null, sent_at = null where id = $1`,
      [id],
    );
    await database.query(`update post_attempts set ended_at = null, outcome = null where post_id = $1`, [id]);
    await database.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload)
       select gen_random_uuid(), tenant_id, connection_id, 'post', id::text, '{}' from posts where id = $1`,
      [id],
    );
    const again = await settled(stage.service, taken.body.id);
    expect(again.state).toBe('sent');
    expect(again.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'sent']);
    expect(received()).toEqual(['once']);
  });

  it('that did not reach their readers say so', async () => {
    const { spaceId, there } = await conversation();
    there.failNextMessage({ code: 'RemoteFailure', subcode: 'Unreachable', message: 'gone' });
    const taken = await say(spaceId, { text: 'hello?' });
    const failed = await settled(stage.service, taken.body.id, ['failed']);
    expect(failed.reason).toBe('not-delivered');
  });

  it('are refused where nobody takes part any more', async () => {
    const { spaceId, there } = await conversation();
    there.end();
    await stage.skype.settled();
    const taken = await say(spaceId, { text: 'anybody?' });
    const failed = await settled(stage.service, taken.body.id, ['failed']);
    expect(['not-found', 'not-offered']).toContain(failed.reason);
  });

  describe('that the platform does not take', () => {
    let spaceId: string;
    beforeAll(async () => {
      ({ spaceId } = await conversation());
    });

    it.each([
      [{ text: 'x', endpoint: undefined }, '/endpoint'],
      [{ text: 'x', endpoint: 'desk@contoso.com' }, '/endpoint'],
      [{ text: 'x'.repeat(8_001) }, '/text'],
      [{ text: 'x', html: 'x'.repeat(8_001) }, '/html'],
      [{ text: 'x', markdown: '*x*' }, '/markdown'],
      [{ text: 'x', card: {} }, '/card'],
      [{ text: 'x', title: 'x' }, '/title'],
      [{ text: 'x', as: { user: 'sip:mira@tenant-a.example' } }, '/as'],
    ])('are refused before anything is stored: %#', async (change, pointer) => {
      const answer = await say(spaceId, change);
      const told = (answer.body as unknown as { errors: { pointer: string }[] }).errors.map((fault) => fault.pointer);
      expect([answer.status, told]).toEqual([400, [pointer]]);
    });
  });
});
