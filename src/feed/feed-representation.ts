import { StreamableFile } from '@nestjs/common';
import { type FeedEvent } from './feed-event.js';
import { type FeedPage } from './feed-pages.js';
import { toFeedCursor, type FeedPosition } from './feed-position.js';
import { type EventFeedPage } from './feed.dto.js';

/** The forms in which a page can be had; the first one is for those who do not say what they want. */
export const mediaTypes = ['application/json', 'application/x-ndjson', 'application/cloudevents-batch+json'] as const;
export type MediaType = (typeof mediaTypes)[number];

/** A page that is not sent as the JSON of an object; `items` are what the audit log counts. */
export class FeedText extends StreamableFile {
  constructor(
    readonly items: readonly FeedEvent[],
    text: string,
    mediaType: MediaType,
  ) {
    super(Buffer.from(text), { type: `${mediaType}; charset=utf-8` });
  }
}

/** A page in one of its forms. */
export function bodyOf(mediaType: MediaType, page: FeedPage, after: FeedPosition): EventFeedPage | FeedText {
  const { events, upTo, atEnd } = page;
  switch (mediaType) {
    case 'application/json':
      return {
        items: events.map((event) => event.dto),
        nextCursor: toFeedCursor(upTo),
        atEnd,
        after: toFeedCursor(after),
      };
    case 'application/x-ndjson':
      return new FeedText(events, events.map((event) => `${event.json('liaison')}\n`).join(''), mediaType);
    case 'application/cloudevents-batch+json':
      return new FeedText(events, `[${events.map((event) => event.json('cloudevents')).join(',')}]`, mediaType);
  }
}

/**
 * What all forms say beside their body: where the page begins and where to go on, in `Link` (RFC 8288), relative to the
 * address that was called.
 */
export function headersOf(
  page: FeedPage,
  after: FeedPosition,
  query: URLSearchParams,
): Readonly<Record<string, string>> {
  return {
    vary: 'accept',
    link: `<${goOnAt(after, query)}>; rel="self", <${goOnAt(page.upTo, query)}>; rel="next"`,
    'liaison-at-end': String(page.atEnd),
  };
}

/** The same query from another place on. */
function goOnAt(position: FeedPosition, query: URLSearchParams): string {
  const next = new URLSearchParams(query);
  for (const start of ['after', 'cursor', 'cursorName']) next.delete(start);
  next.set('after', toFeedCursor(position));
  return `?${next.toString()}`;
}
