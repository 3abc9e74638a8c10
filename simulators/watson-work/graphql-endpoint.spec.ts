import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { appToken } from './granted-token.js';
import { startScene, type WatsonScene } from './watson-scene.js';

describe('the GraphQL endpoint', () => {
  let scene: WatsonScene;
  let bearer: string;

  beforeEach(async () => {
    scene = await startScene({ pageSizes: { usual: 2, largest: 4 } });
    bearer = await appToken(scene.watson, scene.app);
  });

  afterEach(async () => {
    await scene.end();
  });

  async function send(path: string, headers: Record<string, string>, body: string): Promise<unknown> {
    const response = await fetch(`${scene.watson.url}/graphql${path}`, { method: 'POST', headers, body });
    const answer: unknown = await response.json();
    return { status: response.status, ...(typeof answer === 'object' ? answer : {}) };
  }

  async function ask(query: string, variables: unknown = {}, view = ''): Promise<unknown> {
    const headers = {
      Authorization: `Bearer ${bearer}`,
      'Content-Type': 'application/json',
      ...(view === '' ? {} : { 'x-graphql-view': view }),
    };
    return send('', headers, JSON.stringify({ query, variables }));
  }

  async function listed(args: string): Promise<unknown> {
    const result = await ask(
      `query ($id: ID!) { space(id: $id) { conversation { messages(${args}) {
        items { content } pageInfo { startCursor endCursor hasNextPage hasPreviousPage }
      } } } }`,
      { id: scene.space.id },
    );
    return result;
  }

  function page(contents: readonly string[], pageInfo: object = {}): object {
    const items = contents.map((content) => ({ content }));
    return { data: { space: { conversation: { messages: { items, pageInfo } } } } };
  }

  function post(count: number): readonly number[] {
    return Array.from({ length: count }, (_, index) => scene.space.post(scene.ann, `m${index + 1}`).created);
  }

  it('takes a raw query with variables in the URL and the token in the jwt header', async () => {
    const variables = encodeURIComponent(JSON.stringify({ id: scene.space.id }));
    const headers = { jwt: bearer, 'Content-Type': 'application/graphql' };
    const query = 'query named($id: ID!) { space(id: $id) { title } }';
    expect(await send(`?variables=${variables}`, headers, query)).toEqual({
      status: 200,
      data: { space: { title: 'Acme renewal' } },
    });
  });

  it('takes variables written as text', async () => {
    expect(
      await ask('query ($id: ID!) { space(id: $id) { title } }', JSON.stringify({ id: scene.space.id })),
    ).toMatchObject({ data: { space: { title: 'Acme renewal' } } });
  });

  it('refuses an unknown token with 401', async () => {
    const headers = { Authorization: 'Bearer nonsense', 'Content-Type': 'application/json' };
    expect(await send('', headers, '{"query":"{ me { id } }"}')).toMatchObject({ status: 401 });
  });

  it('cannot process what is not a query', async () => {
    expect(await ask('query { me { id }')).toEqual({ status: 400, message: expect.any(String) as unknown });
  });

  it('says who the caller is', async () => {
    expect(await ask('{ me { id displayName email } }')).toEqual({
      status: 200,
      data: { me: { id: scene.app.appId, displayName: 'Liaison', email: null } },
    });
  });

  it('finds people by id and by address', async () => {
    const query = `{ a: person(id: "${scene.ann.id}") { email } b: person(email: "bob@example.com") { displayName } }`;
    expect(await ask(query)).toMatchObject({ data: { a: { email: 'ann@example.com' }, b: { displayName: 'Bob' } } });
  });

  it('answers null without an error for what is absent or out of sight', async () => {
    const hidden = scene.watson.createSpace({ title: 'Hidden', members: [scene.ann] });
    const query = `{ a: space(id: "nope") { id } b: space(id: "${hidden.id}") { id } person(id: "nope") { id }
      message(id: "${hidden.post(scene.ann, 'x').id}") { id } }`;
    expect(await ask(query)).toEqual({ status: 200, data: { a: null, b: null, person: null, message: null } });
  });

  it('reports an unknown field with HTTP 200, even below something absent', async () => {
    expect(await ask('{ space(id: "nope") { title colour } }')).toEqual({
      status: 200,
      data: null,
      errors: [{ message: expect.stringContaining('colour') as unknown, field: { name: 'colour', type: 'Space' } }],
    });
  });

  it('reports a field whose view was not opened', async () => {
    const message = scene.space.post(scene.ann, 'x');
    const query = `{ message(id: "${message.id}") { contentUpdated } }`;
    expect(await ask(query)).toMatchObject({ data: null, errors: [{ field: { name: 'contentUpdated' } }] });
    expect(await ask(query, {}, 'PUBLIC,EXPERIMENTAL')).toMatchObject({
      data: { message: { contentUpdated: '2018-10-03T12:00:00.001+0000' } },
    });
  });

  it('answers a missing permission with 403 in an error entry', async () => {
    const poor = scene.watson.registerApp({ name: 'Poor', permissions: ['message_read'] });
    bearer = await appToken(scene.watson, poor);
    expect(await ask(`{ space(id: "${scene.space.id}") { id } }`)).toEqual({
      status: 200,
      data: { space: null },
      errors: [{ message: '403', field: { name: 'space', type: 'Space' } }],
    });
  });

  it('lists members and the spaces of the caller', async () => {
    const result = await ask('{ spaces(first: 1) { items { id members(first: 4) { items { displayName } } } } }');
    expect(result).toMatchObject({
      data: {
        spaces: {
          items: [
            {
              id: scene.space.id,
              members: { items: [{ displayName: 'Ann Ångström' }, { displayName: 'Bob' }, { displayName: 'Liaison' }] },
            },
          ],
        },
      },
    });
  });

  it('lists the newest messages first', async () => {
    post(3);
    expect(await listed('first: 2')).toMatchObject(page(['m3', 'm2'], { hasNextPage: true, hasPreviousPage: false }));
  });

  it('lists the oldest at or after a time with last, still newest first', async () => {
    const times = post(5);
    expect(await listed(`last: 2, oldestTimestamp: ${times[1]}`)).toMatchObject(
      page(['m3', 'm2'], { hasNextPage: false, hasPreviousPage: true }),
    );
  });

  it('includes both ends of a time range', async () => {
    const times = post(5);
    expect(await listed(`first: 4, oldestTimestamp: ${times[1]}, mostRecentTimestamp: ${times[2]}`)).toMatchObject(
      page(['m3', 'm2']),
    );
  });

  it('pages with cursors made of base64 milliseconds', async () => {
    const times = post(4);
    const cursor = (time: number | undefined): string => Buffer.from(String(time)).toString('base64');
    expect(await listed(`first: 2, after: "${cursor(times[3])}"`)).toMatchObject(
      page(['m3', 'm2'], { startCursor: cursor(times[2]), endCursor: cursor(times[1]) }),
    );
    expect(await listed(`last: 1, before: "${cursor(times[2])}"`)).toMatchObject(page(['m4']));
    expect(await listed('after: "nonsense"')).toMatchObject({ errors: [{ message: '400 Bad Request' }] });
  });

  it('cuts off pages which are too large without a word', async () => {
    post(6);
    expect(await listed('first: 100')).toMatchObject(page(['m6', 'm5', 'm4', 'm3'], { hasNextPage: true }));
    expect(await listed('annotationType: null')).toMatchObject(page(['m6', 'm5']));
  });

  it('shows deleted messages only when asked, without content', async () => {
    post(1);
    scene.space.messages[0]?.delete();
    expect(await listed('first: 2')).toMatchObject(page([]));
    const query = `{ conversation(id: "${scene.space.id}") {
      messages(includeSoftDeleted: true) { items { content softDeleted annotations } } } }`;
    expect(await ask(query)).toMatchObject({
      data: { conversation: { messages: { items: [{ content: null, softDeleted: true, annotations: [] }] } } },
    });
  });

  it('shows annotations as text with id, author and type, and the text of app messages in them only', async () => {
    const message = scene.space.postAsApp(scene.app, { text: 'Now *won*', actor: { name: 'CRM' } });
    const keywords = message.annotate('message-nlp-keywords', { language: 'en', keywords: [] });
    const [generic] = message.annotations;
    const query = `{ message(id: "${message.id}") { content annotations
      typedAnnotations(include: GENERIC) { text actor { name } } } }`;
    expect(await ask(query, {}, 'TYPED_ANNOTATIONS')).toMatchObject({
      data: {
        message: {
          content: null,
          annotations: [
            generic?.payload,
            JSON.stringify({
              language: 'en',
              keywords: [],
              annotationId: keywords.id,
              created: keywords.created,
              createdBy: 'toscana-aip-nlc-consumer-client-id',
              type: 'message-nlp-keywords',
            }),
          ],
          typedAnnotations: [{ text: 'Now *won*', actor: { name: 'CRM' } }],
        },
      },
    });
  });

  it('tallies reactions and lists who reacted', async () => {
    const message = scene.space.post(scene.ann, 'x');
    message.react(scene.bob, '👍');
    const query = `query ($id: ID!) { message(id: $id) { reactions { reaction count viewerHasReacted } }
      reactingUsers(targetId: $id, reaction: "👍") { totalCount items { user { id } } } }`;
    expect(await ask(query, { id: message.id })).toMatchObject({
      data: {
        message: { reactions: [{ reaction: '👍', count: 1, viewerHasReacted: false }] },
        reactingUsers: { totalCount: 1, items: [{ user: { id: scene.bob.id } }] },
      },
    });
  });

  it('lets an app react but not edit', async () => {
    const message = scene.space.post(scene.ann, 'x');
    const react = 'mutation ($input: R!) { addReaction(input: $input) { reaction { count viewerHasReacted } } }';
    expect(await ask(react, { input: { targetId: message.id, reaction: ':-)' } })).toMatchObject({
      data: { addReaction: { reaction: { count: 1, viewerHasReacted: true } } },
    });
    const edit = `mutation { updateMessage(input: {id: "${message.id}", content: "y"}) { message { id } } }`;
    expect(await ask(edit, {}, 'EXPERIMENTAL')).toMatchObject({
      data: { updateMessage: null },
      errors: [{ message: '403 Forbidden', field: { name: 'updateMessage', type: 'MessageMutation' } }],
    });
  });

  it.each([
    ['query ($id: ID!) { space(id: $id) { id } }', 'missing'],
    ['{ space(id: $id) { id } }', 'Undefined variable'],
    ['{ space(id: 5) { id } }', 'Wrong type'],
    ['{ space { id } }', 'Missing argument'],
    ['{ space(id: "x", name: "y") { id } }', 'Unknown argument'],
    ['{ space(id: "x") }', 'Sub-selection'],
  ])('reports an error for %s', async (query, message) => {
    expect(await ask(query)).toMatchObject({
      status: 200,
      errors: [{ message: expect.stringContaining(message) as unknown }],
    });
  });
});
