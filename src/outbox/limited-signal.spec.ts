import { getEventListeners } from 'node:events';
import { describe, expect, it } from 'vitest';
import { limitedSignal } from './limited-signal.js';

describe('limitedSignal', () => {
  it('ends with its parent, for its reason', () => {
    const parent = new AbortController();
    const { signal, release } = limitedSignal(parent.signal, 60_000);
    expect(signal.aborted).toBe(false);
    parent.abort('stopping');
    expect([signal.aborted, signal.reason]).toEqual([true, 'stopping']);
    release();
  });

  it('has ended where its parent has', () => {
    expect(limitedSignal(AbortSignal.abort(), 60_000).signal.aborted).toBe(true);
  });

  it('ends after its time', async () => {
    const { signal } = limitedSignal(new AbortController().signal, 5);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    expect(signal.reason).toMatchObject({ name: 'TimeoutError' });
  });

  it('leaves nothing behind at its parent', () => {
    const parent = new AbortController();
    for (let work = 0; work < 100; work++) limitedSignal(parent.signal, 60_000).release();
    expect(getEventListeners(parent.signal, 'abort')).toEqual([]);
  });
});
