/**
 * How long a try in a user's name may begin calls, from before the moment at which the database says that it has begun. With
 * the deadline of a call it ends before `actsEndWithinMs`.
 */
export const actsBeginWithinMs = 8_000;

/** How long whoever withdraws a consent waits for the tries that were under way. */
export const actsEndWithinMs = 20_000;

/**
 * Answers how many milliseconds have gone by since now. A process that is stopped is told by the first clock, a machine that
 * sleeps by the second only, and one whose time is set by the first only: the later of the two rules.
 */
export function stopwatch(): () => number {
  const [began, beganAt] = [performance.now(), Date.now()];
  return () => Math.max(performance.now() - began, Date.now() - beganAt);
}
