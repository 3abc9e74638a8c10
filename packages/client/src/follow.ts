import { type Api } from './api.js';
import { LiaisonProblem, unwrap } from './problem.js';
import { type components, type paths } from './schema.js';

type Schemas = components['schemas'];

/** A fact. */
export type LiaisonEvent = Schemas['EventDto'];

type FeedQuery = NonNullable<paths['/v1/events']['get']['parameters']['query']>;

/** Which events, and from where on: `after` takes the `cursor` of the last event that was dealt with. */
export interface FollowQuery extends Pick<FeedQuery, 'type' | 'connectionId' | 'spaceId'> {
  readonly after?: string | undefined;
}

export interface FollowOptions {
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal;
  /** How long a request may wait at the end of the feed for something new, from 1 to 60. */
  readonly waitSeconds?: number;
}

const firstRetryMs = 250;
const longestRetryMs = 30_000;

/**
 * Every event of the change feed, each once and in its order, for ever: it waits at the end, and goes on by itself when the
 * service could not be reached or had no time. Keep the `cursor` of an event once it is dealt with, and begin there after a
 * restart. Throws `LiaisonProblem` for what trying again does not mend, such as a key that was revoked.
 */
export async function* eventsOf(
  api: Api,
  { after, ...filters }: FollowQuery,
  { signal, waitSeconds = 20 }: FollowOptions,
): AsyncGenerator<LiaisonEvent, void, undefined> {
  let cursor = after;
  let failures = 0;
  while (!isAborted(signal)) {
    const query = { ...filters, limit: 200, wait: waitSeconds, ...(cursor !== undefined && { after: cursor }) };
    let page: Schemas['EventFeedPage'];
    try {
      page = await unwrap(api.GET('/v1/events', { params: { query }, ...(signal && { signal }) }));
    } catch (error) {
      if (isAborted(signal)) return;
      failures += 1;
      await pause(retryMsAfter(error, failures), signal);
      continue;
    }
    failures = 0;
    yield* page.items;
    cursor = page.nextCursor;
  }
}

/** How long to wait before another try. Throws the error again where another try makes no sense. */
function retryMsAfter(error: unknown, failures: number): number {
  const backOffMs = Math.min(firstRetryMs * 2 ** (failures - 1), longestRetryMs);
  if (error instanceof LiaisonProblem && error.isTransient) {
    return error.retryAfterSeconds === undefined ? backOffMs : error.retryAfterSeconds * 1_000;
  }
  // What `fetch` throws when nobody answers.
  if (error instanceof TypeError) return backOffMs;
  throw error;
}

/** Asked anew each time: a signal changes while we wait, which TypeScript does not think of. */
function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** Ends early when the signal does. */
function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
    if (isAborted(signal)) end();
  });
}
