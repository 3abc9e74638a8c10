const firstMs = 1_000;
const longestMs = 15 * 60_000;

/**
 * How long to wait after try number `attempt` (from 1): doubling from one second to a quarter of an hour, of which a
 * random part is taken, so that what failed together does not come back together.
 */
export function backOffMs(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(longestMs, firstMs * 2 ** Math.min(attempt - 1, 20));
  return Math.round(ceiling / 2 + (random() * ceiling) / 2);
}
