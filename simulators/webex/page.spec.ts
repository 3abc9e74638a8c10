import { afterEach, describe, expect, it } from 'vitest';
import { type ApiAnswer } from './api-client.js';
import { startScene, type WebexScene } from './webex-scene.js';

describe('paging', () => {
  let scene: WebexScene;

  afterEach(async () => {
    await scene.end();
  });

  function post(count: number): void {
    for (let number = 1; number <= count; number += 1) scene.room.post(scene.bob, String(number));
  }

  async function pages(first: string): Promise<readonly ApiAnswer[]> {
    const client = scene.as(scene.ann);
    const read = [await client.get(first)];
    for (let next = read.at(-1)?.next; next !== undefined; next = read.at(-1)?.next) read.push(await client.get(next));
    return read;
  }

  const texts = (read: readonly ApiAnswer[]): readonly (readonly unknown[])[] =>
    read.map(({ items }) => items.map(({ text }) => text));

  it('leads on by links that hold a parameter without a value', async () => {
    scene = await startScene();
    post(5);
    const read = await pages(`/messages?roomId=${scene.room.id}&max=2`);
    expect(texts(read)).toEqual([['5', '4'], ['3', '2'], ['1']]);
    expect(read[0]?.next).toMatch(/&after&/);
  });

  it('has empty pages that are not the last', async () => {
    scene = await startScene({ quirks: { emptyPages: true } });
    post(3);
    const read = await pages(`/messages?roomId=${scene.room.id}&max=2`);
    expect(texts(read)).toEqual([[], ['3', '2'], [], ['1']]);
  });

  it('cuts a max beyond the limit instead of refusing it', async () => {
    scene = await startScene({ pageSizes: { usual: 1, largest: 3 } });
    post(4);
    expect(texts(await pages(`/messages?roomId=${scene.room.id}&max=1000`))).toEqual([['4', '3', '2'], ['1']]);
    expect((await pages(`/messages?roomId=${scene.room.id}`)).length).toBe(4);
  });

  it('refuses a max that is no number', async () => {
    scene = await startScene();
    const statuses = [];
    for (const max of ['0', '-1', 'many']) statuses.push((await scene.as(scene.ann).get(`/rooms?max=${max}`)).status);
    expect(statuses).toEqual([400, 400, 400]);
  });

  it('neither repeats nor skips when something is posted meanwhile', async () => {
    scene = await startScene();
    post(3);
    const client = scene.as(scene.ann);
    const first = await client.get(`/messages?roomId=${scene.room.id}&max=2`);
    scene.room.post(scene.bob, 'meanwhile');
    expect(texts([first, await client.get(first.next ?? '')])).toEqual([['3', '2'], ['1']]);
  });
});
