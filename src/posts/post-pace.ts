import { backOffMs } from '../outbox/back-off.js';

/** How often we look for a message of ours before it is sent again: platforms show their messages with a lag. */
export const looksBeforeAnotherTry = 3;
/** Where the platform does not let us look, how often we look among what it told us before the post is given up. */
export const blindLooksBeforeGivingUp = 9;
/** More tries than these would not help; those that the platform turned away because of its limits are not among them. */
export const mostTries = 20;

const firstGapMs = 2_000;
const longestBlindGapMs = 60_000;

/** How long to wait after look number `looks` before the next one: 2 and 4 seconds. */
export function lookGapMs(looks: number): number {
  return firstGapMs * looks;
}

/** The same where only an echo can tell: some four minutes altogether. */
export function blindLookGapMs(blindLooks: number): number {
  return Math.min(longestBlindGapMs, firstGapMs * 2 ** (blindLooks - 1));
}

/** How long to wait after try number `tries`, where the platform has not said. */
export function tryGapMs(tries: number): number {
  return backOffMs(Math.max(tries, 1));
}

/** When a post asks again whose begin collided with another one's. */
export const collisionGapMs = 500;

/** How long a post sleeps that waits for another one. Whoever ends calls the next, so this is for processes that died. */
export function sleepMs(random: () => number = Math.random): number {
  return 30_000 + random() * 15_000;
}
