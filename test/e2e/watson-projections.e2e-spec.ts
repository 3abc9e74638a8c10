import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';
import { watsonSample } from '../setup/watson-samples.js';

interface Annotation {
  readonly externalId: string;
  readonly type: string | null;
  readonly author: { readonly externalId: string; readonly displayName: string | null } | null;
}
interface Message {
  readonly id: string;
  readonly spaceId: string;
  readonly externalId: string;
  readonly content: string | null;
  readonly author: { readonly externalId: string; readonly displayName: string | null } | null;
  readonly conversation: object | null;
  readonly createdAt: string | null;
  readonly editedAt: string | null;
  readonly deletedAt: string | null;
  readonly revision: number;
  readonly annotations: Annotation[];
}
interface List<T> {
  readonly items: T[];
}

const message = '5a95abd1e4b01e6e9ce0cee1';
const ann = 'd76b3ac0-8f0a-1028-9874-db07163b51b2';
const created = 'message-created/user-message-2018-markdown';
const space = '58822220e4b0192475567c93';

describe('what the REST API shows of Watson Work', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;

  /** Sends samples, or bodies of our own, on a connection of their own and waits until they are settled. */
  const tell = async (...parts: readonly (string | object)[]): Promise<void> => {
    connection = await connectWatson(service);
    for (const part of parts) {
      const body = typeof part === 'string' ? watsonSample(part).bytes : part;
      expect((await deliver(connection.webhookUrl, body)).status).toBe(200);
    }
    await eventually(
      () => service.get<List<object>>(`/v1/deliveries?status=waiting&connectionId=${connection.id}`),
      (page) => page.items.length === 0,
    );
  };
  const list = async <T>(path: string): Promise<T[]> => {
    const mark = path.includes('?') ? '&' : '?';
    return (await service.get<List<T>>(`${path}${mark}connectionId=${connection.id}`)).items;
  };
  const messageOf = async (externalId = message): Promise<Message | undefined> =>
    (await list<Message>(`/v1/messages?externalId=${externalId}`))[0];
  const spaceOf = async (externalId = space): Promise<{ readonly id: string } & Record<string, unknown>> => {
    const [found] = await list<{ id: string }>(`/v1/spaces?externalId=${externalId}`);
    if (found === undefined) throw new Error(`no space ${externalId}`);
    return found;
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('takes the text of an app message from the generic annotation that follows', async () => {
    await tell(
      { type: 'message-created', spaceId: space, messageId: message, userId: 'app', content: '', time: 1519758289517 },
      'message-annotation-added/generic-of-app-message',
    );
    expect(await messageOf()).toMatchObject({ content: 'Test from Express!', annotations: [{ type: 'generic' }] });
    expect(await list<Message>('/v1/messages?q=Express')).toHaveLength(1);
  });

  it('takes it from there as well when the annotation came first', async () => {
    await tell('message-annotation-added/generic-of-app-message');
    expect(await messageOf()).toBeUndefined();
    expect(await list('/v1/annotations')).toHaveLength(1);
    await deliver(connection.webhookUrl, {
      type: 'message-created',
      spaceId: space,
      messageId: message,
      content: '',
      time: 1519758289517,
    });
    await eventually(messageOf, (found) => found?.content === 'Test from Express!');
  });

  it('does not take the text of a person from an annotation', async () => {
    await tell(created, 'message-annotation-added/generic-of-app-message');
    expect(await messageOf()).toMatchObject({ content: 'do you know Joe Smith?' });
  });

  it('shows the last edit, drops the annotations that were there before it, and keeps them in the history', async () => {
    await tell(
      created,
      'message-annotation-added/keywords-clean',
      'message-annotation-added/entities',
      'message-edited/edited',
      'message-edited/edited-misspelt-conversation-type',
    );
    const shown = await messageOf();
    expect(shown).toMatchObject({
      content: 'second edit',
      createdAt: new Date(1519758289517).toISOString(),
      editedAt: new Date(1538499200000).toISOString(),
      revision: 3,
      annotations: [],
    });
    expect(await list('/v1/annotations')).toEqual([]);
    const history = await service.get<List<{ type: string }>>(`/v1/messages/${shown?.id ?? ''}/history`);
    expect(history.items.map((event) => event.type)).toEqual([
      'message.created',
      'annotation.added',
      'annotation.added',
      'message.edited',
      'message.edited',
    ]);
  });

  it('shows annotations that were made again after an edit', async () => {
    const again = { ...watsonSample('message-annotation-added/mention').body, time: 1538499200001 };
    await tell(created, 'message-annotation-added/keywords-clean', 'message-edited/edited', again);
    expect((await messageOf())?.annotations.map((one) => one.type)).toEqual(['mention']);
  });

  it('removes an annotation, and none other', async () => {
    await tell(
      created,
      'message-annotation-added/keywords-clean',
      'message-annotation-added/entities',
      'message-annotation-removed/removed',
      'message-annotation-removed/removed-unknown-annotation',
    );
    expect((await messageOf())?.annotations.map((one) => one.externalId)).toEqual(['5b1560a4e4b0efbd572ea916']);
  });

  it.each([['message-deleted/deleted-v1.4'], ['message-deleted/deleted-v1.8']])(
    'keeps a deleted message without its text (%s)',
    async (deleted) => {
      await tell(created, 'message-annotation-added/keywords-clean', deleted);
      const shown = await messageOf();
      expect(shown).toMatchObject({ content: null, author: { externalId: ann }, annotations: [] });
      expect(shown?.deletedAt).not.toBeNull();
      expect(await list('/v1/messages?q=Smith')).toEqual([]);
    },
  );

  it('keeps a message deleted when its creation and an edit arrive later', async () => {
    await tell('message-deleted/deleted-v1.4', created, 'message-edited/edited');
    expect(await messageOf()).toMatchObject({ content: null, revision: 3, author: { externalId: ann } });
  });

  it('shows a message of which only the deletion is known', async () => {
    await tell('message-deleted/deleted-unknown-message');
    expect(await messageOf('ffffffffffffffffffffffff')).toMatchObject({ content: null, createdAt: null, author: null });
  });

  it('finds the missing name of an author where another event of the space tells it', async () => {
    await tell(
      { type: 'message-created', spaceId: space, messageId: message, userId: ann, content: 'x', time: 1519758289517 },
      'reaction-added/text-reaction',
    );
    expect(await messageOf()).toMatchObject({ author: { externalId: ann, displayName: null } });
    await deliver(connection.webhookUrl, watsonSample('message-created/user-message-v1.8').bytes);
    await eventually(messageOf, (found) => found?.author?.displayName === 'Sample Person');
    expect(await list('/v1/reactions')).toMatchObject([{ author: { externalId: ann, displayName: 'Sample Person' } }]);
  });

  it('takes the name "None" for no name', async () => {
    await tell({ ...watsonSample(created).body, userName: 'None' });
    expect(await messageOf()).toMatchObject({ author: { externalId: ann, displayName: null } });
  });

  it('shows reactions that are there, not those that were removed or never added', async () => {
    await tell(
      'reaction-added/thumbs-up',
      'reaction-added/text-reaction',
      'reaction-added/zwj-emoji',
      'reaction-removed/thumbs-up-removed',
      'reaction-removed/removed-without-added',
    );
    const shown = await list<{ reaction: string }>('/v1/reactions?order=asc');
    expect(shown.map((one) => one.reaction)).toEqual([':-)', '👩‍💻']);
    expect(await list(`/v1/reactions?type=${encodeURIComponent('👩‍💻')}`)).toHaveLength(1);
  });

  it('does not add a removed reaction again when the addition arrives last', async () => {
    await tell('reaction-removed/thumbs-up-removed', 'reaction-added/thumbs-up');
    expect(await list('/v1/reactions')).toEqual([]);
  });

  it('keeps reactions apart whose user and text only run together alike', async () => {
    const reaction = (userId: string, text: string): object => ({
      ...watsonSample('reaction-added/text-reaction').body,
      userId,
      reaction: text,
    });
    await tell(reaction('a\nb', 'c'), reaction('a', 'b\nc'));
    expect(await list('/v1/reactions')).toHaveLength(2);
  });

  it('shows members that joined, and former ones on request', async () => {
    await tell(
      'space-members-added/app-itself-added',
      'space-members-added/several-members',
      'space-members-removed/one-member',
    );
    const path = `/v1/spaces/${(await spaceOf()).id}/members`;
    const ids = async (query: string): Promise<string[]> =>
      (await list<{ externalId: string }>(path + query)).map((member) => member.externalId).sort();
    expect(await ids('')).toEqual(['0d00981e-eff2-4e84-88c0-6b1c76fa5801', '83152e37-0d9f-4bbb-9d5f-024e75a97600']);
    expect(await ids('?includeFormer=true')).toContain(ann);
  });

  it('does not take somebody who only wrote for a member', async () => {
    await tell(created);
    expect(await list(`/v1/spaces/${(await spaceOf()).id}/members?includeFormer=true`)).toEqual([]);
  });

  it('gathers what is known of a space from all its changes', async () => {
    await tell(
      'space-updated/title',
      'space-updated/description-visibility-guests',
      'space-updated/status-of-templated-space',
      'space-updated/properties-of-templated-space',
      'space-updated/nothing-but-required',
    );
    expect(await spaceOf()).toMatchObject({
      title: 'Acme renewal',
      description: 'Deal room',
      visibility: 'TEAM',
      allowGuests: true,
      statusValue: 'df5c4d66-2aaa-4608-a985-0e8bafe4f580',
      properties: { '0000001': 'OPP-118' },
      lastEventAt: new Date(1527794444958).toISOString(),
      deletedAt: null,
    });
  });

  it('keeps a deleted space with what was said in it', async () => {
    await tell(created, 'space-deleted/deleted');
    expect(await spaceOf()).toMatchObject({ deletedAt: new Date(1527795044958).toISOString() });
    expect(await messageOf()).toMatchObject({ content: 'do you know Joe Smith?' });
  });
});
