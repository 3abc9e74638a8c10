import { afterEach, describe, expect, it } from 'vitest';
import { type Faults } from './faults.js';
import { type SimulatedMessage } from './simulated-message.js';
import { startScene, type WebexScene } from './webex-scene.js';

describe('faults', () => {
  let scene: WebexScene;

  afterEach(async () => {
    await scene.end();
  });

  /** The numbers of ten messages in the order in which they arrive. */
  async function tenMessages(faults: Partial<Faults>, seed = 1): Promise<readonly number[]> {
    scene = await startScene({ seed });
    scene.webhook(scene.ann);
    scene.webex.faults = faults;
    const messages: SimulatedMessage[] = [];
    for (let count = 0; count < 10; count += 1) messages.push(scene.room.post(scene.bob, String(count)));
    await scene.clock.advance(120_000);
    return scene.receiver.received.map(({ subject }) => messages.findIndex(({ id }) => id === subject));
  }

  it('send a delivery twice with the same bytes', async () => {
    const order = await tenMessages({ duplicate: 1 });
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => Math.floor(index / 2)));
    expect(scene.receiver.received[1]?.raw).toEqual(scene.receiver.received[0]?.raw);
    expect(scene.webex.counts).toMatchObject({ emitted: 10, accepted: 10, duplicated: 10 });
  });

  it('let deliveries overtake each other without losing any', async () => {
    const order = await tenMessages({ reorder: 0.5 });
    const sorted = Array.from({ length: 10 }, (_, index) => index);
    expect(order).not.toEqual(sorted);
    expect(order.toSorted((a, b) => a - b)).toEqual(sorted);
  });

  it('lose deliveries without the platform noticing', async () => {
    const order = await tenMessages({ drop: 0.5 });
    const { accepted, dropped, failed } = scene.webex.counts;
    expect([accepted, accepted + dropped, failed]).toEqual([order.length, 10, 0]);
    expect(dropped).toBeGreaterThan(0);
  });

  it('come out the same with the same seed and otherwise with another', async () => {
    const first = await tenMessages({ reorder: 0.5, drop: 0.3 }, 7);
    await scene.end();
    const again = await tenMessages({ reorder: 0.5, drop: 0.3 }, 7);
    await scene.end();
    expect(again).toEqual(first);
    expect(await tenMessages({ reorder: 0.5, drop: 0.3 }, 8)).not.toEqual(first);
  });

  it('delay a delivery on the simulated clock', async () => {
    scene = await startScene();
    scene.webhook(scene.ann);
    scene.webex.faults = { delayMs: [5_000, 5_000] };
    scene.room.post(scene.bob, 'late');
    await scene.clock.advance(4_999);
    expect(scene.receiver.told).toEqual([]);
    await scene.clock.advance(1);
    expect(scene.receiver.told).toEqual(['messages/created']);
  });

  it('give up a delivery that the receiver got and answered', async () => {
    const order = await tenMessages({ timeouts: 1 });
    expect(order).toHaveLength(10);
    expect(scene.webex.counts).toMatchObject({ accepted: 0, failed: 10 });
    expect(new Set(scene.webex.deliveries.map(({ status }) => status))).toEqual(new Set(['timeout']));
  });
});
