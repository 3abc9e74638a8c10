import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { post, postOf, settled, startWebexPosts } from '../setup/posts.js';
import { eventually } from '../setup/service.js';

describe('posts of a bot, which may not list the messages of a group', () => {
  let database: TestDatabase;

  beforeEach(async () => {
    database = await createTestDatabase();
  });
  afterEach(() => database.drop());

  it('whose answer is lost are settled by their echo', async () => {
    const stage = await startWebexPosts(database.url, 'bot');
    const { id, room } = await stage.room();
    let calls = 0;
    stage.proxy.decide = ({ method, path }) =>
      method === 'POST' && path.endsWith('/messages') && ++calls === 1 ? 'after' : 'pass';
    const body = { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'beep' };
    const taken = await post(stage.service, body);
    const sent = await settled(stage.service, taken.body.id);
    expect(sent.attempts).toMatchObject([{ outcome: 'sent', reason: 'found' }]);
    expect(room.messages.map((message) => message.id)).toEqual([sent.externalId]);
    await stage.end();
  });

  it('whose call was lost are given up in the end and never sent twice, unless somebody asks for it', async () => {
    const stage = await startWebexPosts(database.url, 'bot');
    const { id, room } = await stage.room();
    let calls = 0;
    stage.proxy.decide = ({ method, path }) =>
      method === 'POST' && path.endsWith('/messages') && ++calls === 1 ? 'before' : 'pass';
    const body = { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'beep' };
    const taken = await post(stage.service, body);
    await settled(stage.service, taken.body.id, ['unknown']);
    await eventually(
      () => database.query<{ looks: number }>(`select blind_looks as looks from posts`),
      ([row]) => (row?.looks ?? 0) > 0,
    );
    // Four minutes later.
    await database.query(`update posts set blind_looks = 8, looked_at = looked_at - interval '2 minutes'`);
    const failed = await settled(stage.service, taken.body.id);
    expect(failed).toMatchObject({ state: 'failed', reason: 'outcome-unknown' });
    expect(failed.attempts).toMatchObject([{ outcome: 'unknown', reason: 'answer-lost' }]);
    expect(room.messages).toEqual([]);
    expect((await postOf(stage.service, taken.body.id)).attempts).toHaveLength(1);
    await stage.end();
  });
});

describe('a post that the platform answers with failures', () => {
  it('is given up after twenty tries and said to be of unknown outcome', async () => {
    const database = await createTestDatabase();
    const stage = await startWebexPosts(database.url);
    const { id, room } = await stage.room();
    stage.webex.failNext({ path: '/v1/messages', method: 'POST', status: 500, times: 1_000 });
    const taken = await post(stage.service, { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'x' });
    await settled(stage.service, taken.body.id, ['unknown']);
    await database.query(`update posts set attempts = 19`);
    const failed = await settled(stage.service, taken.body.id);
    expect(failed).toMatchObject({ state: 'failed', reason: 'outcome-unknown' });
    expect(failed.attempts.map(({ number }) => number)).toEqual([1, 20]);
    expect(room.messages).toEqual([]);
    // Others are not held up by it.
    const next = await post(stage.service, { connectionId: stage.connection.id, spaceId: id, as: 'app', text: 'y' });
    expect((await settled(stage.service, next.body.id, ['unknown'])).attempts).toHaveLength(1);
    await stage.end();
    await database.drop();
  });
});
