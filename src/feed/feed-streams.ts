import { type ServerResponse } from 'node:http';
import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { AuditLog } from '../audit/audit-log.js';
import { type LongRead } from '../audit/long-read.js';
import { type Caller } from '../auth/caller.js';
import { CallerWatch } from '../auth/caller-watch.js';
import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { LOGGER } from '../common/observability/logger.js';
import { Metrics } from '../common/observability/metrics.js';
import { EventStreamResponse } from './event-stream-response.js';
import { FeedEnd } from './feed-end.js';
import { FEED_PACE, type FeedPace } from './feed-pace.js';
import { FeedPages } from './feed-pages.js';
import { FeedPlaces } from './feed-places.js';
import { FeedStream, type Following } from './feed-stream.js';
import { FeedTail } from './feed-tail.js';
import { Turns } from './turns.js';

const eventsInPage = 200;
/** However many streams catch up, they leave the database to others. */
const readersAtOnce = 2;

/** The streams of this process. */
@Injectable()
export class FeedStreams {
  readonly #open = new Set<EventStreamResponse>();
  readonly #turns = new Turns(readersAtOnce);
  #stopped = false;

  constructor(
    private readonly end: FeedEnd,
    private readonly pages: FeedPages,
    private readonly tail: FeedTail,
    private readonly places: FeedPlaces,
    private readonly callers: CallerWatch,
    private readonly auditLog: AuditLog,
    private readonly metrics: Metrics,
    @Inject(FEED_PACE) private readonly pace: FeedPace,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  get count(): number {
    return this.#open.size;
  }

  /**
   * Answers with a stream that goes on until its reader leaves, its caller is no longer let in or the process stops; and
   * keeps the audit log of it. Throws `TooManyStreams`, and `StorageUnavailable` when the process is stopping.
   */
  async open(caller: Caller, following: Following, read: LongRead, response: ServerResponse): Promise<void> {
    const givePlaceBack = this.places.take(caller);
    try {
      // The tail goes on from there, so it must not be a place of long ago; and without a database nothing is promised.
      await this.end.look();
      await this.auditLog.record({ ...read, outcome: 'begun' });
      if (this.#stopped) throw new StorageUnavailable({ detail: 'This process is stopping.', retryAfterSeconds: 1 });
    } catch (error) {
      givePlaceBack();
      throw error;
    }
    const output = new EventStreamResponse(response, this.pace, following.start);
    this.#open.add(output);
    const unwatch = this.callers.watch(caller, () => output.end('caller-ended'));
    const stream = this.#start(following, output);
    void output.ended.then(async (reason) => {
      this.#open.delete(output);
      givePlaceBack();
      unwatch();
      this.metrics.feedStreamsEnded.inc({ reason });
      await this.#recordEnd({ ...read, items: stream.told });
    });
  }

  /** Ends every stream and every wait, so that their callers go on elsewhere; none begins any more. */
  async stop(): Promise<void> {
    this.#stopped = true;
    for (const output of this.#open) output.end('stopping');
    await this.tail.stop();
  }

  #start(following: Following, output: EventStreamResponse): FeedStream {
    const { tenantId, filter } = following;
    const stream = new FeedStream(
      following,
      output,
      (after) => this.#turns.run(() => this.pages.read(tenantId, filter, after, eventsInPage)),
      this.tail,
    );
    stream.run().catch((error: unknown) => {
      this.logger.warn({ err: error, tenantId }, 'a stream of the change feed could not go on');
      output.end('failed');
    });
    return stream;
  }

  async #recordEnd(read: LongRead & { readonly items: number }): Promise<void> {
    try {
      await this.auditLog.record({ ...read, outcome: 'done' });
    } catch (error) {
      this.logger.error({ err: error, requestId: read.requestId }, 'the end of a stream could not be recorded');
    }
  }
}
