import { Injectable } from '@nestjs/common';
import { NotAuthenticated } from '../auth/auth.errors.js';
import { type Caller } from '../auth/caller.js';
import { CallerWatch } from '../auth/caller-watch.js';
import { FeedEnd } from './feed-end.js';
import { type FeedFilter } from './feed-filter.js';
import { FeedPages, type FeedPage } from './feed-pages.js';
import { FeedPlaces } from './feed-places.js';
import { type FeedPosition } from './feed-position.js';
import { FeedTail } from './feed-tail.js';
import { FeedWait } from './feed-wait.js';

/** What a request for a page asks for. */
export interface PageRequest {
  readonly filter: FeedFilter;
  readonly after: FeedPosition;
  readonly limit: number;
  /** How long it may wait for the first event; 0 answers at once. */
  readonly waitMs: number;
}

/** Answers requests for pages, those that wait included. */
@Injectable()
export class FeedRequests {
  #waiting = 0;

  constructor(
    private readonly end: FeedEnd,
    private readonly pages: FeedPages,
    private readonly tail: FeedTail,
    private readonly places: FeedPlaces,
    private readonly callers: CallerWatch,
  ) {}

  /** How many requests wait now. */
  get waiting(): number {
    return this.#waiting;
  }

  /**
   * The next page. Where there is nothing yet it waits for the first event, until the time is over, the caller has gone or
   * the process stops; the page is empty then and its place farther on. Throws `CursorBeyondEnd`, `TooManyStreams`, and
   * `NotAuthenticated` when the caller is no longer let in meanwhile.
   */
  async page(caller: Caller, request: PageRequest, gone: AbortSignal): Promise<FeedPage> {
    // The tail goes on from there, so it must not be a place of long ago.
    if (request.waitMs > 0) await this.end.look();
    const page = await this.#read(caller, request, request.after);
    if (request.waitMs === 0 || isNews(page)) return page;
    const givePlaceBack = this.places.take(caller);
    const ended = new AbortController();
    const unwatch = this.callers.watch(caller, () => ended.abort());
    this.#waiting += 1;
    try {
      const next = await this.#next(caller, request, page, [gone, ended.signal]);
      if (ended.signal.aborted) throw new NotAuthenticated();
      return cut(next, request.limit);
    } finally {
      this.#waiting -= 1;
      unwatch();
      givePlaceBack();
    }
  }

  async #next(caller: Caller, request: PageRequest, empty: FeedPage, stops: readonly AbortSignal[]): Promise<FeedPage> {
    const deadline = performance.now() + request.waitMs;
    let page = empty;
    for (;;) {
      const leftMs = deadline - performance.now();
      if (isNews(page) || leftMs <= 0 || this.tail.isStopped || stops.some((stop) => stop.aborted)) return page;
      const wait = new FeedWait(caller.tenantId, request.filter, page.upTo);
      page = this.tail.join(wait)
        ? await this.#outcome(wait, leftMs, stops)
        : await this.#read(caller, request, page.upTo);
    }
  }

  async #outcome(wait: FeedWait, ms: number, stops: readonly AbortSignal[]): Promise<FeedPage> {
    const stop = (): void => wait.stop();
    const timer = setTimeout(stop, ms);
    for (const signal of stops) signal.addEventListener('abort', stop);
    try {
      return await wait.over;
    } finally {
      clearTimeout(timer);
      for (const signal of stops) signal.removeEventListener('abort', stop);
      this.tail.leave(wait);
    }
  }

  #read(caller: Caller, { filter, limit }: PageRequest, after: FeedPosition): Promise<FeedPage> {
    return this.pages.read(caller.tenantId, filter, after, limit);
  }
}

/** Whether there is something to tell: events, or a place so much farther on that the rest is worth another request. */
function isNews(page: FeedPage): boolean {
  return page.events.length > 0 || !page.atEnd;
}

function cut(page: FeedPage, limit: number): FeedPage {
  const events = page.events.slice(0, limit);
  const last = events.at(-1);
  if (last === undefined || events.length === page.events.length) return page;
  return { events, upTo: last.position, atEnd: false };
}
