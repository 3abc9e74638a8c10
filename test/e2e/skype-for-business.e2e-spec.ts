import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually } from '../setup/service.js';
import { skypeAudience, skypeEndpoint, startSkypeStage, type SkypeStage } from '../setup/skype-for-business.js';

interface List<T> {
  readonly items: readonly T[];
}
interface Message {
  readonly content: string;
  readonly contentType: string;
  readonly author: { readonly externalId: string; readonly displayName: string | null } | null;
}
interface Conversation {
  readonly id: string;
  readonly spaceId: string;
  readonly state: string | null;
  readonly subject: string | null;
  readonly endedAt: string | null;
  readonly invitation: { readonly state: string; readonly direction: string | null } | null;
}
interface Operation {
  readonly operationId: string;
  readonly state: string;
  readonly externalId: string | null;
}

describe('Skype for Business, end to end', () => {
  let database: TestDatabase;
  let stage: SkypeStage;

  beforeAll(async () => {
    database = await createTestDatabase();
  });
  afterAll(() => database.drop());
  afterEach(() => stage.end());

  const begin = async (...how: [Parameters<typeof startSkypeStage>[1]?, object?]): Promise<void> => {
    stage = await startSkypeStage(database.url, ...how);
  };
  const list = <T>(path: string): Promise<List<T>> =>
    stage.service.get<List<T>>(`${path}${path.includes('?') ? '&' : '?'}connectionId=${stage.connection.id}`);
  const conversationWith = (condition: (conversation: Conversation) => boolean): Promise<Conversation> =>
    eventually(
      () => list<Conversation>('/v1/conversations'),
      ({ items }) => items.some(condition),
    ).then(({ items }) => {
      const found = items.find(condition);
      if (found === undefined) throw new Error('the condition has just held');
      return found;
    });
  const texts = (conversation: Conversation): Promise<readonly Message[]> =>
    list<Message>(`/v1/messages?order=asc&spaceId=${conversation.spaceId}`).then(({ items }) => items);
  const operation = (operationId: string): Promise<Operation | undefined> =>
    list<Operation>('/v1/operations').then(({ items }) => items.find((one) => one.operationId === operationId));

  it('stores what people say to the help desk: messages in both forms, who is there, how it ends', async () => {
    await begin();
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira Okafor' });
    const friend = stage.skype.person('sip:lee@tenant-a.example', { name: 'Lee' });
    const { conversation, invitation } = stage.skype.incomingChat({
      from: mira,
      to: stage.endpoint,
      subject: 'Printer',
    });
    invitation.accept();
    conversation.say(mira, 'It prints + jams 100 % of the time');
    conversation.sayHtml(mira, '<b>Help</b>, please');
    conversation.join(friend);
    conversation.say(friend, 'Same here');
    conversation.leave(friend);
    await stage.skype.settled();
    const shown = await conversationWith(({ invitation: found }) => found?.state === 'accepted');
    expect(shown).toMatchObject({ subject: 'Printer', endedAt: null });
    const said = await eventually(
      () => texts(shown),
      (messages) => messages.length === 3,
    );
    const told = new Map(said.map(({ content, contentType, author }) => [content.trim(), { contentType, author }]));
    const miraAsAuthor = { externalId: 'sip:mira@tenant-a.example', displayName: 'Mira Okafor' };
    expect(told.get('It prints + jams 100 % of the time')).toEqual({ contentType: 'text/plain', author: miraAsAuthor });
    expect(told.get('<b>Help</b>, please')).toEqual({ contentType: 'text/html', author: miraAsAuthor });
    expect(told.get('Same here')?.author?.displayName).toBe('Lee');
    const lee = 'sip:lee@tenant-a.example';
    const members = await eventually(
      () =>
        list<{ externalId: string; leftAt: string | null }>(`/v1/spaces/${shown.spaceId}/members?includeFormer=true`),
      ({ items }) => items.some(({ externalId, leftAt }) => externalId === lee && leftAt !== null),
    );
    const leftOf = new Map(members.items.map(({ externalId, leftAt }) => [externalId, leftAt]));
    expect(leftOf.get('sip:mira@tenant-a.example')).toBeNull();
    conversation.end();
    await conversationWith(({ id, endedAt }) => id === shown.id && endedAt !== null);
  });

  it('ends with the same members in whatever order the calls come', async () => {
    await begin();
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira' });
    const lee = stage.skype.person('sip:lee@tenant-a.example', { name: 'Lee' });
    const { conversation, invitation } = stage.skype.incomingChat({ from: mira, to: stage.endpoint });
    invitation.accept();
    await stage.skype.settled();
    stage.skype.faults = { reorder: 1, duplicate: 1 };
    for (let round = 0; round < 5; round++) {
      conversation.join(lee);
      conversation.leave(lee);
    }
    conversation.join(lee);
    await stage.skype.settled({ timeoutMs: 20_000 });
    const shown = await conversationWith(({ state }) => state !== null);
    await eventually(
      () => list<object>('/v1/deliveries?status=waiting'),
      ({ items }) => items.length === 0,
    );
    const members = await list<{ externalId: string }>(`/v1/spaces/${shown.spaceId}/members`);
    expect(members.items.map(({ externalId }) => externalId)).toContain('sip:lee@tenant-a.example');
  });

  it('refuses every token of the catalogue that breaks a rule, and takes the genuine ones', async () => {
    await begin();
    const other = stage.identity.registerTenant({ domains: ['tenant-b.example'] });
    const tokens = stage.identity
      .wrongTokens({ tenant: stage.tenant.tenantId, audience: skypeAudience, otherTenant: other.tenantId })
      .filter(({ arguable, token }) => !arguable && token.length < 12_000 && /^[\x21-\x7e]+$/.test(token));
    expect(tokens.length).toBeGreaterThan(80);
    const body = { _links: { self: { href: '/eventsservice' } }, sender: [], baseuri: stage.skype.poolUrl };
    const verdicts: string[] = [];
    for (const { name, token, valid } of tokens) {
      const answer = await fetch(stage.connection.webhookUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      if (answer.status !== (valid ? 200 : 401)) verdicts.push(`${name}: ${answer.status}`);
    }
    expect(verdicts).toEqual([]);
  });

  it('goes on through a rollover of keys under load without refusing one genuine call', async () => {
    await begin();
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira' });
    const { conversation, invitation } = stage.skype.incomingChat({ from: mira, to: stage.endpoint });
    invitation.accept();
    for (let message = 0; message < 100; message++) {
      conversation.say(mira, `message ${message}`);
      if (message === 50) {
        await stage.identity.rotateKeys({ keepOld: true });
        stage.skype.forgetTokens();
      }
    }
    await stage.skype.settled({ timeoutMs: 30_000 });
    expect(stage.skype.deliveries.filter(({ status }) => status !== 200)).toEqual([]);
    expect(stage.identity.keyFetches).toBeLessThanOrEqual(3);
  });

  it('answers 503 while keys cannot be had, so that a call is not lost as forged', async () => {
    await begin();
    stage.identity.failKeys({ what: 'both', status: 500 });
    const token = stage.identity.webhookToken({ tenant: stage.tenant.tenantId, audience: skypeAudience });
    const answer = await fetch(stage.connection.webhookUrl, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: '{}',
    });
    expect(answer.status).toBe(503);
    expect(answer.headers.get('retry-after')).not.toBeNull();
  });

  it('fetches keys at most once for 1,000 made-up key ids', async () => {
    await begin();
    const good = stage.identity.webhookToken({ tenant: stage.tenant.tenantId, audience: skypeAudience });
    const call = (token: string): Promise<number> =>
      fetch(stage.connection.webhookUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{"_links":{"self":{"href":"/eventsservice"}},"sender":[]}',
      }).then((answer) => answer.status);
    expect(await call(good)).toBe(200);
    const before = stage.identity.keyFetches;
    for (let round = 0; round < 20; round++) {
      const statuses = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          call(
            stage.identity.webhookToken({
              tenant: stage.tenant.tenantId,
              audience: skypeAudience,
              header: { kid: `made-up-${round}-${index}`, x5t: `made-up-${round}-${index}` },
            }),
          ),
        ),
      );
      expect(new Set(statuses)).toEqual(new Set([401]));
    }
    expect(stage.identity.keyFetches - before).toBeLessThanOrEqual(1);
  });

  it('gives a callback context when the connection asks for one, and takes calls that bring it', async () => {
    await begin({}, { callbackContext: true });
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira' });
    const { conversation, invitation } = stage.skype.incomingChat({ from: mira, to: stage.endpoint });
    await stage.skype.settled();
    invitation.accept();
    conversation.say(mira, 'with a context');
    await stage.skype.settled();
    const contexts = stage.skype.deliveries.map(({ url }) => new URL(url).searchParams.get('callbackContext'));
    expect(contexts[0]).toBeNull();
    expect(contexts.at(-1)).toMatch(/^\S{16,}$/);
    expect(stage.skype.deliveries.every(({ status }) => status === 200)).toBe(true);
    const shown = await conversationWith(() => true);
    await eventually(
      () => texts(shown),
      (messages) => messages.length === 1,
    );
  });

  it.each([false, true])(
    'starts a conversation, says something and ends it; webhooks before the answer: %s',
    async (eventsBeforeAnswer) => {
      await begin({ eventsBeforeAnswer });
      const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira', onInvite: 'accept' });
      const started = await stage.service.call<{ operationId: string }>('POST', '/v1/conversations', {
        body: {
          connectionId: stage.connection.id,
          endpoint: skypeEndpoint,
          to: mira.uri,
          subject: 'Your ticket',
          callbackContext: 'ticket 7',
        },
      });
      expect([started.status, started.body]).toEqual([202, { operationId: expect.any(String) as string }]);
      const shown = await conversationWith(({ invitation }) => invitation?.state === 'accepted');
      await eventually(
        () => operation(started.body.operationId),
        (found) => found?.state === 'succeeded',
      );
      const said = await stage.service.call<{ operationId: string }>('POST', `/v1/conversations/${shown.id}/messages`, {
        body: { endpoint: skypeEndpoint, content: 'Is it <b>solved</b>?', contentType: 'text/html' },
      });
      expect(said.status).toBe(202);
      await eventually(
        () => operation(said.body.operationId),
        (found) => found?.state === 'succeeded' && found.externalId !== null,
      );
      expect(mira.received.map(({ text }) => text)).toEqual(['Is it <b>solved</b>?']);
      await eventually(
        () => texts(shown),
        (messages) => messages.length === 1,
      );
      const ended = await stage.service.call('POST', `/v1/conversations/${shown.id}/end`, {
        body: { endpoint: skypeEndpoint },
      });
      expect(ended.status).toBe(204);
      await conversationWith(({ id, endedAt }) => id === shown.id && endedAt !== null);
    },
  );

  it('accepts and declines invitations, and tells of those that others decline', async () => {
    await begin({ format: { acceptLink: true } });
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira', onInvite: 'decline' });
    const incoming = async (): Promise<Conversation> => {
      const known = new Set((await list<Conversation>('/v1/conversations')).items.map(({ id }) => id));
      stage.skype.incomingChat({ from: mira, to: stage.endpoint });
      return conversationWith(({ id, invitation }) => !known.has(id) && invitation?.state === 'received');
    };
    const act = async (verb: string, conversation: Conversation): Promise<number> =>
      (
        await stage.service.call('POST', `/v1/conversations/${conversation.id}/${verb}`, {
          body: { endpoint: skypeEndpoint },
        })
      ).status;
    const [first, second] = [await incoming(), await incoming()];
    expect(await act('accept', first)).toBe(204);
    await conversationWith(({ id, invitation }) => id === first.id && invitation?.state === 'accepted');
    expect(await act('decline', second)).toBe(204);
    await conversationWith(({ id, invitation }) => id === second.id && invitation?.state === 'declined');
    await stage.service.call('POST', '/v1/conversations', {
      body: { connectionId: stage.connection.id, endpoint: skypeEndpoint, to: mira.uri },
    });
    await conversationWith(({ invitation }) => invitation?.direction === 'outgoing' && invitation.state === 'declined');
  });

  it('shows what the platform refuses as a problem that names its words', async () => {
    await begin();
    const mira = stage.skype.person('sip:mira@tenant-a.example', { name: 'Mira' });
    stage.skype.failNext({ path: '/', code: 'Forbidden', subcode: 'UserPolicyRestriction' });
    const answer = await stage.service.call<{ type: string; detail: string }>('POST', '/v1/conversations', {
      body: { connectionId: stage.connection.id, endpoint: skypeEndpoint, to: mira.uri },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.type).toBe('urn:liaison:problem:platform-refused');
    expect(answer.body.detail).toContain('Forbidden');
  });
});
