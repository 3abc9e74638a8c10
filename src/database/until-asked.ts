import { isTransient } from '../common/errors/sql-state.js';

const longestPauseMs = 1_000;

/**
 * Does `work` again for as long as the database cannot be asked, but not longer than `forMs`, and answers what it answered and
 * how often it was begun. An attempt whose answer was lost may have been committed, so `work` must be safe to do twice.
 */
export async function untilAsked<T>(
  work: () => Promise<T>,
  forMs: number,
): Promise<{ readonly answer: T; readonly attempts: number }> {
  const deadline = performance.now() + forMs;
  for (let attempts = 1; ; attempts++) {
    try {
      return { answer: await work(), attempts };
    } catch (error) {
      if (!isTransient(error) || performance.now() > deadline) throw error;
      const pauseMs = Math.min(longestPauseMs, 100 * attempts);
      await new Promise<void>((resolve) => void setTimeout(resolve, pauseMs).unref());
    }
  }
}
