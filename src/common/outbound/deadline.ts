import { OutboundFailed } from './outbound.errors.js';

/**
 * Runs `work` with one limit for all of it: name, connection, question, answer to the last byte. A side that sends a byte
 * now and then does not extend it. Rejects with `OutboundFailed('timeout')` once the time is over, and with the reason of
 * `before` once that is aborted: at once, because a connection that is being made does not listen to the signal it got.
 */
export async function withinDeadline<T>(
  ms: number,
  before: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  before?.throwIfAborted();
  const ended = new AbortController();
  const timer = setTimeout(() => ended.abort(new OutboundFailed('timeout')), ms);
  const giveUp = (): void => ended.abort(before?.reason);
  before?.addEventListener('abort', giveUp);
  const over = new Promise<never>((_, reject) => {
    ended.signal.addEventListener('abort', () => reject(asError(ended.signal.reason)));
  });
  try {
    return await Promise.race([over, work(ended.signal)]);
  } finally {
    clearTimeout(timer);
    before?.removeEventListener('abort', giveUp);
  }
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('the call was given up', { cause: reason });
}
