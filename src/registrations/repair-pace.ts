const minuteMs = 60_000;
const longestMs = 60 * minuteMs;

/** Webex takes five minutes in which one failure switches a webhook off again; after three times that it has recovered. */
export const steadyMs = 15 * minuteMs;

/** How long to wait before the repair that follows this many: none before the first, then 1, 2, 4 … 60 minutes. */
export function waitBeforeRepair(repairs: number): number {
  return repairs === 0 ? 0 : Math.min(longestMs, minuteMs * 2 ** Math.min(repairs - 1, 10));
}
