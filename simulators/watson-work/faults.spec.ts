import { afterEach, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../common/clock.js';
import { type Faults } from './faults.js';
import { startScene, type WatsonScene } from './watson-scene.js';

const contents = (scene: WatsonScene): readonly unknown[] => scene.receiver.events.map(({ body }) => body['content']);

describe('faults', () => {
  let scene: WatsonScene;

  afterEach(async () => {
    await scene.end();
  });

  async function tenMessages(faults: Partial<Faults>, seed = 1): Promise<readonly unknown[]> {
    scene = await startScene({ seed });
    scene.watson.faults = faults;
    for (let count = 0; count < 10; count += 1) scene.space.post(scene.ann, String(count));
    await scene.clock.advance(120_000);
    return contents(scene);
  }

  it('repeat an accepted notification with the same headers', async () => {
    await tenMessages({ duplicate: 1 });
    const [first, copy] = scene.receiver.events;
    expect(copy?.raw).toEqual(first?.raw);
    expect(copy?.headers).toEqual({ ...first?.headers });
    expect(scene.watson.counts).toEqual({ emitted: 10, accepted: 10, dropped: 0, duplicated: 10 });
  });

  it('let notifications of a space overtake each other without losing any', async () => {
    const order = await tenMessages({ reorder: 0.5 });
    expect(order).not.toEqual([...order].sort());
    expect([...order].sort()).toEqual(Array.from({ length: 10 }, (_, count) => String(count)));
  });

  it('lose notifications and leave a gap in the index', async () => {
    await tenMessages({ drop: 0.5 });
    const { emitted, accepted, dropped } = scene.watson.counts;
    expect([emitted, accepted + dropped]).toEqual([10, 10]);
    expect(dropped).toBeGreaterThan(0);
    expect(
      scene.watson.deliveries.map(({ bytes, index }) => String(bytes).includes(`"content":"${index - 1}"`)),
    ).toEqual(Array.from({ length: accepted }, () => true));
  });

  it('lose notifications without a trace when told to', async () => {
    await tenMessages({ drop: 0.5, dropLeavesGap: false });
    expect(scene.watson.deliveries.map(({ index }) => index)).toEqual(
      Array.from({ length: scene.watson.counts.accepted }, (_, place) => place + 1),
    );
  });

  it('come out the same with the same seed and otherwise with another', async () => {
    const first = await tenMessages({ drop: 0.5, reorder: 0.5 }, 7);
    await scene.end();
    const again = await tenMessages({ drop: 0.5, reorder: 0.5 }, 7);
    await scene.end();
    expect(again).toEqual(first);
    expect(await tenMessages({ drop: 0.5, reorder: 0.5 }, 8)).not.toEqual(first);
  });

  it('delay a notification on the simulated clock', async () => {
    scene = await startScene();
    scene.watson.faults = { delayMs: [5_000, 5_000] };
    scene.space.post(scene.ann, 'late');
    await scene.clock.advance(4_999);
    expect(contents(scene)).toEqual([]);
    await scene.clock.advance(1);
    expect(contents(scene)).toEqual(['late']);
  });

  it('lose an answer, so that the receiver hears the notification twice', async () => {
    scene = await startScene();
    scene.watson.faults = { abortAfterSend: 1 };
    scene.space.post(scene.ann, 'one');
    await scene.clock.advance(0);
    scene.watson.faults = {};
    await scene.clock.advance(30_000);
    expect(contents(scene)).toEqual(['one', 'one']);
    expect(scene.watson.deliveries).toMatchObject([
      { status: 'network', index: 1, retryCount: 0 },
      { status: 200, index: 1, retryCount: 1 },
    ]);
  });

  it('restart the index of an app in a space', async () => {
    scene = await startScene();
    scene.space.post(scene.ann, 'one');
    await scene.watson.settled();
    scene.watson.restartIndex(scene.app, scene.space);
    scene.space.post(scene.ann, 'two');
    await scene.watson.settled();
    expect(scene.watson.deliveries.map(({ index }) => index)).toEqual([1, 1]);
  });

  it('are recovered from by themselves on a fast clock', async () => {
    scene = await startScene({ clock: new SimulatorClock({ speed: 3_000 }) });
    scene.receiver.answerWith(500, 503);
    scene.space.post(scene.ann, 'one');
    await scene.watson.settled({ timeoutMs: 2_000 });
    expect(scene.watson.counts.accepted).toBe(1);
  });
});
