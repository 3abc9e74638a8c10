import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Metrics } from '../common/observability/metrics.js';
import { FeedRequests } from './feed-requests.js';
import { FeedStreams } from './feed-streams.js';
import { FeedTail } from './feed-tail.js';

/** Who follows the feed at this process, and whether they are told in time. */
@Injectable()
export class FeedMetrics implements OnModuleInit {
  constructor(
    private readonly streams: FeedStreams,
    private readonly requests: FeedRequests,
    private readonly tail: FeedTail,
    private readonly metrics: Metrics,
  ) {}

  onModuleInit(): void {
    this.metrics.gauge('liaison_feed_streams', 'Streams of the change feed that are open', () => this.streams.count);
    this.metrics.gauge(
      'liaison_feed_waiting_requests',
      'Requests that wait for the next event of the change feed',
      () => this.requests.waiting,
    );
    this.metrics.gauge(
      'liaison_feed_tail_lag_seconds',
      'How long ago all committed events had been handed to those who wait for them',
      () => this.tail.lagSeconds,
    );
  }
}
