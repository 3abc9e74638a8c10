/**
 * Where a post stands. `queued` waits for its try, `sending` is being tried, `unknown` was tried and nobody knows yet what
 * became of it, `sent` is there, `failed` is not and will not be tried again by itself, `parked` waits for somebody to
 * authorize the app or the user's grant again.
 */
export const postStates = ['queued', 'sending', 'unknown', 'sent', 'failed', 'parked'] as const;
export type PostState = (typeof postStates)[number];

/**
 * What became of a try. `refused` is a final no, `unavailable` surely did nothing, `unauthorized` was not taken for want of a
 * valid token, and after `unknown` the message may be there.
 */
export const attemptOutcomes = ['sent', 'refused', 'unavailable', 'unauthorized', 'unknown'] as const;
export type AttemptOutcome = (typeof attemptOutcomes)[number];

/** What a post says whose message the platform reported as not delivered; nothing later changes that. */
export const notDelivered = 'not-delivered';
