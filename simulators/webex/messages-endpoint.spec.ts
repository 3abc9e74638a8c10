import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type ApiClient } from './api-client.js';
import { startScene, type WebexScene } from './webex-scene.js';

const card = { contentType: 'application/vnd.microsoft.card.adaptive', content: { type: 'AdaptiveCard' } };

describe('/messages', () => {
  let scene: WebexScene;
  let ann: ApiClient;

  beforeEach(async () => {
    scene = await startScene();
    ann = scene.as(scene.ann);
  });

  afterEach(async () => {
    await scene.end();
  });

  it('answers a posted message as it can be fetched again', async () => {
    const markdown = `**PROJECT** by <@personEmail:bob@example.com|Bob>, <@all> & <@personEmail:eve@example.com|Eve>`;
    const posted = await ann.post('/messages', { roomId: scene.room.id, markdown, attachments: [card] });
    const mention = `<spark-mention data-object-type="person" data-object-id="${scene.bob.id}">Bob</spark-mention>`;
    const all = '<spark-mention data-object-type="groupMention" data-group-type="all">All</spark-mention>';
    expect(posted.body).toEqual({
      id: scene.room.messages[0]?.id,
      roomId: scene.room.id,
      roomType: 'group',
      text: 'PROJECT by Bob, All & Eve',
      markdown,
      html: `<p><strong>PROJECT</strong> by ${mention}, ${all} &amp; Eve</p>`,
      personId: scene.ann.id,
      personEmail: 'ann@example.com',
      mentionedPeople: [scene.bob.id],
      mentionedGroups: ['all'],
      attachments: [card],
      created: '2026-01-05T09:00:00.000Z',
      isVoiceClip: false,
    });
    const fetched = await ann.get(`/messages/${String(posted.body['id'])}`);
    expect(fetched.body).toEqual(posted.body);
  });

  it.each([
    ['nothing to say', { text: ' ' }, 400],
    ['no destination', { roomId: undefined, text: 'x' }, 400],
    ['two destinations', { toPersonEmail: 'bob@example.com', text: 'x' }, 400],
    ['too many bytes', { text: 'é'.repeat(3_720) }, 400],
    ['two files', { files: ['http://a.example/1', 'http://a.example/2'] }, 400],
    ['two cards', { attachments: [card, card] }, 400],
    ['a room that is not there', { roomId: 'Y2lzY29', text: 'x' }, 404],
    ['a parent that is not there', { parentId: 'Y2lzY29', text: 'x' }, 404],
  ])('refuses %s', async (_name, fields, status) => {
    const answer = await ann.post('/messages', { roomId: scene.room.id, ...fields });
    expect(answer.status).toBe(status);
    expect(scene.room.messages).toEqual([]);
  });

  it('opens the one direct room by posting to a person', async () => {
    const first = await ann.post('/messages', { toPersonEmail: 'bob@example.com', text: 'hi' });
    const second = await scene.as(scene.bob).post('/messages', { toPersonId: scene.ann.id, text: 'hi back' });
    expect(first.body).toMatchObject({ roomType: 'direct' });
    expect(second.body['roomId']).toBe(first.body['roomId']);
    const thread = await ann.get('/messages/direct?personEmail=bob@example.com');
    expect(thread.items.map(({ text }) => text)).toEqual(['hi back', 'hi']);
  });

  it('lists the newest first, before a moment and before a message', async () => {
    const first = scene.room.post(scene.ann, '1');
    await scene.clock.advance(1_000);
    const second = scene.room.post(scene.ann, '2');
    await scene.clock.advance(1_000);
    scene.room.post(scene.ann, '3');
    const texts = async (query: string): Promise<readonly unknown[]> =>
      (await ann.get(`/messages?roomId=${scene.room.id}${query}`)).items.map(({ text }) => text);
    expect(await texts('')).toEqual(['3', '2', '1']);
    expect(await texts(`&before=${new Date(second.created).toISOString()}`)).toEqual(['1']);
    expect(await texts(`&beforeMessage=${second.id}`)).toEqual(['1']);
    expect(await texts(`&beforeMessage=${first.id}`)).toEqual([]);
    expect((await ann.get(`/messages?roomId=${scene.room.id}&before=yesterday`)).status).toBe(400);
  });

  it('lists a thread, which is one level deep and takes no reply once its parent is gone', async () => {
    const parent = scene.room.post(scene.ann, 'parent');
    const reply = scene.room.post(scene.bob, { text: 'reply', parentId: parent.id });
    const thread = await ann.get(`/messages?roomId=${scene.room.id}&parentId=${parent.id}`);
    expect(thread.items).toMatchObject([{ id: reply.id, parentId: parent.id }]);
    const deeper = await ann.post('/messages', { roomId: scene.room.id, parentId: reply.id, text: 'deeper' });
    expect(deeper.status).toBe(400);
    parent.delete();
    const late = await ann.post('/messages', { roomId: scene.room.id, parentId: parent.id, text: 'late' });
    expect(late.status).toBe(404);
  });

  it('needs a room to list', async () => {
    expect((await ann.get('/messages')).status).toBe(400);
  });

  it('shows a bot in a group only what mentions it, and only when it asks for that', async () => {
    const other = scene.room.post(scene.ann, 'not for it');
    const mention = scene.room.post(scene.ann, { markdown: `<@personId:${scene.bot.id}|Helper> help` });
    const bot = scene.as(scene.bot);
    expect((await bot.get(`/messages?roomId=${scene.room.id}`)).status).toBe(403);
    const mentions = await bot.get(`/messages?roomId=${scene.room.id}&mentionedPeople=me`);
    expect(mentions.items.map(({ id }) => id)).toEqual([mention.id]);
    expect((await bot.get(`/messages/${mention.id}`)).status).toBe(200);
    expect((await bot.get(`/messages/${other.id}`)).status).toBe(404);
  });

  it('shows nothing to those who are not in the room', async () => {
    const message = scene.room.post(scene.ann, 'one');
    scene.room.remove(scene.bob, { by: scene.ann });
    const bob = scene.as(scene.bob);
    expect((await bob.get(`/messages/${message.id}`)).status).toBe(404);
    expect((await bob.get(`/messages?roomId=${scene.room.id}`)).status).toBe(404);
  });

  it('does not know a deleted message any more', async () => {
    const message = scene.room.post(scene.ann, 'one');
    expect((await ann.delete(`/messages/${message.id}`)).status).toBe(204);
    expect((await ann.get(`/messages/${message.id}`)).status).toBe(404);
    expect((await ann.get(`/messages?roomId=${scene.room.id}`)).items).toEqual([]);
  });

  it('edits ten times, which shows in updated, and not an eleventh time', async () => {
    const message = scene.room.post(scene.ann, '0');
    await scene.clock.advance(1_000);
    const edit = (text: string): ReturnType<ApiClient['put']> =>
      ann.put(`/messages/${message.id}`, { roomId: scene.room.id, text });
    for (let count = 1; count <= 10; count += 1) expect((await edit(String(count))).status).toBe(200);
    expect((await edit('11')).status).toBe(400);
    expect((await ann.get(`/messages/${message.id}`)).body).toMatchObject({
      text: '10',
      created: '2026-01-05T09:00:00.000Z',
      updated: '2026-01-05T09:00:01.000Z',
    });
  });

  it('refuses to edit what is not text, not in this room, or not one’s own', async () => {
    const message = scene.room.post(scene.ann, 'one');
    const withCard = scene.room.post(scene.ann, { text: 'card', attachments: [card] });
    const { id: roomId } = scene.room;
    const statuses = [
      await ann.put(`/messages/${message.id}`, { roomId, html: '<p>x</p>' }),
      await ann.put(`/messages/${message.id}`, { roomId: 'another', text: 'x' }),
      await ann.put(`/messages/${message.id}`, { text: 'x' }),
      await ann.put(`/messages/${withCard.id}`, { roomId, text: 'x' }),
      await scene.as(scene.bob).put(`/messages/${message.id}`, { roomId, text: 'x' }),
      await scene.as(scene.bob).delete(`/messages/${message.id}`),
    ].map(({ status }) => status);
    expect(statuses).toEqual([400, 400, 400, 400, 403, 403]);
  });

  it('submits a card and shows what was entered to those who see the card', async () => {
    const message = scene.room.post(scene.ann, { text: 'card', attachments: [card] });
    const submission = { type: 'submit', messageId: message.id, inputs: { name: 'Bob' } };
    const submitted = await scene.as(scene.bob).post('/attachment/actions', submission);
    const path = `/attachment/actions/${String(submitted.body['id'])}`;
    expect((await ann.get(path)).body).toEqual({
      id: submitted.body['id'],
      personId: scene.bob.id,
      roomId: scene.room.id,
      type: 'submit',
      messageId: message.id,
      inputs: { name: 'Bob' },
      created: '2026-01-05T09:00:00.000Z',
    });
    expect((await scene.as(scene.bot).get(path)).status).toBe(404);
    const plain = scene.room.post(scene.ann, 'no card');
    expect((await ann.post('/attachment/actions', { ...submission, messageId: plain.id })).status).toBe(400);
  });
});
