import { describe, expect, it } from 'vitest';
import { DeliveryWatch } from './delivery-watch.js';

describe('a watch of deliveries', () => {
  const watchOf = (waiting: () => number): DeliveryWatch<'accepted' | 'dropped'> =>
    new DeliveryWatch({ subject: 'Calls', isRestful: () => waiting() === 0, fates: ['accepted', 'dropped'] });

  it('counts what was sent and what became of it, and what it told before stays as it was', () => {
    const watch = watchOf(() => 0);
    const before = watch.counts;
    watch.emitted();
    watch.finished('dropped');
    expect([before, watch.counts]).toEqual([
      { emitted: 0, accepted: 0, dropped: 0 },
      { emitted: 1, accepted: 0, dropped: 1 },
    ]);
  });

  it('is settled when the last one rests, and at once where nothing waits', async () => {
    let waiting = 2;
    const watch = watchOf(() => waiting);
    const order: string[] = [];
    const settled = watch.settled().then(() => order.push('settled'));
    waiting = 1;
    watch.rested();
    await Promise.resolve();
    order.push('one waits');
    waiting = 0;
    watch.rested();
    await settled;
    await watch.settled();
    expect(order).toEqual(['one waits', 'settled']);
  });

  it('can wait for a part of them', async () => {
    const watch = watchOf(() => 1);
    await expect(watch.settled({ isRestful: () => true })).resolves.toBeUndefined();
  });

  it('says what still waits when that takes too long', async () => {
    const watch = watchOf(() => 1);
    watch.emitted();
    await expect(watch.settled({ timeoutMs: 1 })).rejects.toThrow(
      'Calls are still waiting: {"emitted":1,"accepted":0,"dropped":0}',
    );
  });
});
