import { afterEach, describe, expect, it, vi } from 'vitest';
import { defaultTimeoutMs } from '../common/outbound/outbound-http.js';
import { actsBeginWithinMs, actsEndWithinMs, stopwatch } from './act-window.js';

describe("the time for acts in a user's name", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  it('ends, with the longest call that may begin in it, before whoever waits for acts gives up waiting', () => {
    expect(actsBeginWithinMs + defaultTimeoutMs).toBeLessThan(actsEndWithinMs);
  });

  it.each([
    ['a process was stopped', { monotonic: 1_000, wall: 0 }],
    ['a machine slept', { monotonic: 0, wall: 1_000 }],
  ])('goes by also while %s', (_, gone) => {
    const [now, date] = [performance.now(), Date.now()];
    vi.spyOn(performance, 'now').mockReturnValue(now);
    vi.spyOn(Date, 'now').mockReturnValue(date);
    const elapsed = stopwatch();
    vi.spyOn(performance, 'now').mockReturnValue(now + gone.monotonic);
    vi.spyOn(Date, 'now').mockReturnValue(date + gone.wall);
    expect(elapsed()).toBeCloseTo(1_000);
  });
});
