import { setTimeout as delay } from 'node:timers/promises';

/**
 * Asks until there is an answer, and fails by name when there is none in time. A question that throws is asked again:
 * what we ask is often just being killed.
 */
export async function until<T>(
  what: string,
  withinMs: number,
  ask: () => Promise<T | undefined> | T | undefined,
  everyMs = 20,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    try {
      const answer = await ask();
      if (answer !== undefined) return answer;
    } catch (error) {
      last = error;
    }
    if (performance.now() > deadline) throw new Error(`${what}: not within ${withinMs / 1000} s`, { cause: last });
    await delay(everyMs);
  }
}
