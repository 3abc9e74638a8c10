import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { FeedEnd } from './feed-end.js';
import { FeedEvent, feedColumns, type FeedRow } from './feed-event.js';
import { letsThrough, type FeedFilter } from './feed-filter.js';
import { FEED_PACE, type FeedPace } from './feed-pace.js';
import { type FeedPosition } from './feed-position.js';

/** Somebody who has read the feed up to its end and wants what comes next. */
export interface TailListener {
  readonly tenantId: string;
  readonly filter: FeedFilter;
  /** It has been handed everything up to here. */
  readonly position: FeedPosition;
  /** What matches behind its position, in order and perhaps nothing, up to `upTo`, which becomes its position. Must not throw. */
  take(events: readonly FeedEvent[], upTo: FeedPosition): void;
  /** The process stops; nothing more comes. */
  stop(): void;
}

const eventsAtOnce = 1_000;
const longestBackOffMs = 5_000;

interface Look {
  readonly events: readonly FeedEvent[];
  /** The last event that was looked at, of any tenant; undefined where there was none. */
  readonly upTo: FeedPosition | undefined;
  readonly isFull: boolean;
}

/**
 * The one reader of the end of the log in this process, for all streams and waiting requests together: what the database is
 * asked does not depend on how many they are, and nothing is asked while there are none. Not LISTEN/NOTIFY, because a
 * NOTIFY makes commits wait for one another.
 */
@Injectable()
export class FeedTail {
  readonly #listeners = new Set<TailListener>();
  #caughtUpAt = 0;
  #running: Promise<void> | undefined;
  #stopped = false;
  #wake: (() => void) | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly end: FeedEnd,
    @Inject(FEED_PACE) private readonly pace: FeedPace,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get isStopped(): boolean {
    return this.#stopped;
  }

  /** How long ago everything that was committed had been told; 0 while nobody listens. */
  get lagSeconds(): number {
    return this.#listeners.size === 0 ? 0 : (performance.now() - this.#caughtUpAt) / 1_000;
  }

  /**
   * Takes a listener in: the next look begins at its position, so it need not be at the same place as the others. False for
   * one that is too far behind, who must read on in pages first: the others would have to wait for it.
   */
  join(listener: TailListener): boolean {
    if (this.#stopped || listener.position < this.end.known - BigInt(eventsAtOnce)) return false;
    if (this.#listeners.size === 0) this.#caughtUpAt = performance.now();
    this.#listeners.add(listener);
    this.#running ??= this.#run();
    return true;
  }

  leave(listener: TailListener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size === 0) this.#wake?.();
  }

  /** Tells all listeners that nothing more comes, and takes no more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const listener of [...this.#listeners]) listener.stop();
    this.#listeners.clear();
    this.#wake?.();
    await this.#running;
  }

  async #run(): Promise<void> {
    let backOffMs = this.pace.pollMs;
    while (this.#listeners.size > 0) {
      try {
        const isFull = await this.#look();
        backOffMs = this.pace.pollMs;
        if (!isFull) await this.#sleep(this.pace.pollMs);
      } catch (error) {
        this.logger.warn({ err: error, retryMs: backOffMs }, 'the end of the change feed could not be read');
        await this.#sleep(backOffMs);
        backOffMs = Math.min(backOffMs * 2, longestBackOffMs);
      }
    }
    // In the same turn as the look at the listeners, so that whoever joins next starts it again.
    this.#running = undefined;
  }

  /** Reads on once and hands out what there is; whether more is ready. */
  async #look(): Promise<boolean> {
    // Who joins while this reads is not handed what was read, which may begin behind its position.
    const listeners = [...this.#listeners];
    const from = listeners.reduce((least, { position }) => (position < least ? position : least), this.end.known);
    const startedAt = performance.now();
    const tenants = [...new Set(listeners.map(({ tenantId }) => tenantId))];
    const { events, upTo, isFull } = (await this.#isQuiet(from)) ? quiet : await this.#read(from, tenants);
    if (upTo !== undefined) {
      this.#handOut(listeners, events, upTo);
      this.end.note(upTo);
    }
    if (!isFull) this.#caughtUpAt = startedAt;
    return isFull;
  }

  /**
   * Whether no number was drawn behind this one: far cheaper to ask than all partitions. A number that was drawn and not
   * committed, or never will be, only makes us look.
   */
  async #isQuiet(from: FeedPosition): Promise<boolean> {
    const row = await firstRowOf<{ drawn: string }>(
      this.dataSource,
      `select case when is_called then last_value else 0 end as drawn from event_seq`,
    );
    return row !== undefined && BigInt(row.drawn) <= from;
  }

  async #read(from: FeedPosition, tenants: readonly string[]): Promise<Look> {
    const rows = await rowsOf<LookRow>(this.dataSource, nextEvents, [String(from), tenants]);
    const [reached] = rows;
    return {
      events: rows.filter((row) => row.seq !== null).map((row) => new FeedEvent(row)),
      upTo: reached?.upTo === null || reached === undefined ? undefined : BigInt(reached.upTo),
      isFull: reached?.count === eventsAtOnce,
    };
  }

  #handOut(listeners: readonly TailListener[], events: readonly FeedEvent[], upTo: FeedPosition): void {
    const byTenant = new Map<string, FeedEvent[]>();
    for (const event of events) {
      const ofTenant = byTenant.get(event.row.tenantId);
      if (ofTenant === undefined) byTenant.set(event.row.tenantId, [event]);
      else ofTenant.push(event);
    }
    for (const listener of listeners) {
      if (!this.#listeners.has(listener) || listener.position >= upTo) continue;
      const ofTenant = byTenant.get(listener.tenantId) ?? [];
      const news = ofTenant.filter(
        (event) => event.position > listener.position && letsThrough(listener.filter, event.row),
      );
      listener.take(news, upTo);
    }
  }

  /** Waits; `stop`, and the last listener's leaving, end the wait. */
  #sleep(ms: number): Promise<void> {
    if (this.#listeners.size === 0) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        this.#wake = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }
}

const quiet: Look = { events: [], upTo: undefined, isFull: false };

type LookRow = { readonly upTo: string | null; readonly count: number } & (FeedRow | { readonly seq: null });

// All tenants' events are looked at, so that positions move on; only those that somebody wants leave the server.
const nextEvents = `
  with looked_at as materialized (
    select ${feedColumns} from events where seq > $1::bigint order by seq limit ${eventsAtOnce}
  )
  select reached.*, e.*
  from (select max(seq) as "upTo", count(*)::int as count from looked_at) reached
  left join looked_at e on e."tenantId" = any($2)
  order by e.seq`;
