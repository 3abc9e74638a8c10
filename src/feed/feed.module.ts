import { Module } from '@nestjs/common';
import { FeedController } from './feed.controller.js';
import { FeedEnd } from './feed-end.js';
import { FeedMetrics } from './feed-metrics.js';
import { FEED_PACE, usualPace } from './feed-pace.js';
import { FeedPages } from './feed-pages.js';
import { FeedPlaces } from './feed-places.js';
import { FeedRequests } from './feed-requests.js';
import { FeedStart } from './feed-start.js';
import { FeedStreams } from './feed-streams.js';
import { FeedTail } from './feed-tail.js';
import { NamedCursorsController } from './named-cursors.controller.js';
import { NamedCursors } from './named-cursors.js';

/** The event log as others follow it: in pages, by waiting, as a stream. */
@Module({
  controllers: [FeedController, NamedCursorsController],
  providers: [
    { provide: FEED_PACE, useValue: usualPace },
    FeedEnd,
    FeedMetrics,
    FeedPages,
    FeedPlaces,
    FeedRequests,
    FeedStart,
    FeedStreams,
    FeedTail,
    NamedCursors,
  ],
  exports: [FeedEnd],
})
export class FeedModule {}
