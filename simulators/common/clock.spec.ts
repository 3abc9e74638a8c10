import { describe, expect, it } from 'vitest';
import { SimulatorClock } from './clock.js';

describe('SimulatorClock', () => {
  it('stands still until it is advanced when its speed is 0', async () => {
    const clock = new SimulatorClock({ startAt: 1_000, speed: 0 });
    await clock.advance(250);
    expect(clock.now()).toBe(1_250);
  });

  it('shows each appointment its own time, in order', async () => {
    const clock = new SimulatorClock({ startAt: 0, speed: 0 });
    const seen: number[] = [];
    clock.at(30, () => seen.push(clock.now()));
    clock.at(10, () => {
      seen.push(clock.now());
      clock.at(20, () => seen.push(clock.now()));
    });
    await clock.advance(100);
    expect(seen).toEqual([10, 20, 30]);
  });

  it('keeps no appointment that was cancelled', async () => {
    const clock = new SimulatorClock({ startAt: 0, speed: 0 });
    let kept = false;
    const cancel = clock.at(10, () => (kept = true));
    cancel();
    await clock.advance(100);
    expect(kept).toBe(false);
  });

  it('waits for held work before it moves on', async () => {
    const clock = new SimulatorClock({ startAt: 0, speed: 0 });
    const seen: string[] = [];
    clock.at(10, () => {
      const work = new Promise<void>((resolve) => setTimeout(resolve, 5));
      clock.hold(work.then(() => void seen.push(`worked at ${clock.now()}`)));
    });
    clock.at(20, () => seen.push('next'));
    await clock.advance(100);
    expect(seen).toEqual(['worked at 10', 'next']);
  });

  it('lives an hour in a moment at high speed', async () => {
    const clock = new SimulatorClock({ speed: 360_000 });
    await new Promise<void>((resolve) => clock.at(clock.now() + 3_600_000, resolve));
    clock.stop();
  });
});
