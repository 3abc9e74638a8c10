import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { post, settled, spaceIdOf, type ShownPost } from '../setup/posts.js';
import { eventually, type Answer } from '../setup/service.js';
import { skypeEndpoint, startSkypeStage, type SkypeStage } from '../setup/skype-for-business.js';

describe.each([false, true])('posts to Skype for Business; webhooks before the answer: %s', (eventsBeforeAnswer) => {
  let database: TestDatabase;
  let stage: SkypeStage;

  beforeEach(async () => {
    database = await createTestDatabase();
    stage = await startSkypeStage(database.url, { eventsBeforeAnswer });
  });
  afterEach(async () => {
    await stage.end();
    await database.drop();
  });

  const conversation = async (): Promise<{
    spaceId: string;
    externalId: string;
    received: () => readonly string[];
  }> => {
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira', onInvite: 'accept' });
    await stage.service.call('POST', '/v1/conversations', {
      body: { connectionId: stage.connection.id, endpoint: skypeEndpoint, to: mira.uri, subject: 'Ticket' },
    });
    await eventually(
      () => stage.skype.conversations[0]?.messagingState,
      (state) => state === 'Connected',
    );
    await stage.skype.settled();
    const externalId = stage.skype.conversations[0]?.id ?? '';
    const spaceId = await spaceIdOf(stage.service, externalId);
    await eventually(
      () => stage.service.get<{ items: { invitation: unknown }[] }>(`/v1/conversations?spaceId=${spaceId}`),
      ({ items }) => (items[0]?.invitation ?? null) !== null,
    );
    return { spaceId, externalId, received: () => mira.received.map(({ text }) => text) };
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
    const { spaceId, externalId, received } = await conversation();
    const taken = await say(spaceId, { text: 'once' });
    await settled(stage.service, taken.body.id);
    // As if the answer had never been written down, nor the echo come.
    await database.query(`update posts set state = 'sending', external_id = null, message_id = null, sent_at = null`);
    await database.query(`update post_attempts set ended_at = null, outcome = null`);
    await database.query(
      `insert into jobs (id, tenant_id, connection_id, kind, key, payload)
       select gen_random_uuid(), tenant_id, connection_id, 'post', id::text, '{}' from posts`,
    );
    const again = await settled(stage.service, taken.body.id);
    expect(again.state).toBe('sent');
    expect(again.attempts.map(({ outcome }) => outcome)).toEqual(['unknown', 'sent']);
    expect(received()).toEqual(['once']);
    expect(externalId).not.toBe('');
  });

  it('that did not reach their readers say so', async () => {
    const { spaceId } = await conversation();
    stage.skype.conversations[0]?.failNextMessage({ code: 'RemoteFailure', subcode: 'Unreachable', message: 'gone' });
    const taken = await say(spaceId, { text: 'hello?' });
    const failed = await settled(stage.service, taken.body.id, ['failed']);
    expect(failed.reason).toBe('not-delivered');
  });

  it('are refused where nobody takes part any more', async () => {
    const { spaceId } = await conversation();
    stage.skype.conversations[0]?.end();
    await stage.skype.settled();
    const taken = await say(spaceId, { text: 'anybody?' });
    const failed = await settled(stage.service, taken.body.id, ['failed']);
    expect(['not-found', 'not-offered']).toContain(failed.reason);
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
    const { spaceId } = await conversation();
    const answer = await say(spaceId, change);
    const told = (answer.body as unknown as { errors: { pointer: string }[] }).errors.map((fault) => fault.pointer);
    expect([answer.status, told]).toEqual([400, [pointer]]);
  });
});
