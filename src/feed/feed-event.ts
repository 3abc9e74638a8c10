import { eventColumns, toEventDto, type EventDto, type EventRow } from '../events/event.dto.js';
import { toCloudEvent } from './cloud-event.js';
import { type FeedPosition } from './feed-position.js';

/** What everybody who reads the feed selects. */
export const feedColumns = `tenant_id as "tenantId", ${eventColumns}`;

export type FeedRow = EventRow & { readonly tenantId: string };

/** How an event is written down: in our own form or as a CloudEvent. */
export type Envelope = 'liaison' | 'cloudevents';
export const envelopes = ['liaison', 'cloudevents'] as const satisfies readonly Envelope[];

/** An event on its way to those who follow; its texts are made once, for however many of them. */
export class FeedEvent {
  readonly position: FeedPosition;
  readonly #texts = new Map<Envelope, string>();

  constructor(readonly row: FeedRow) {
    this.position = BigInt(row.seq);
  }

  get dto(): EventDto {
    return toEventDto(this.row);
  }

  /** One line of JSON. */
  json(envelope: Envelope): string {
    let text = this.#texts.get(envelope);
    if (text === undefined) {
      text = JSON.stringify(envelope === 'cloudevents' ? toCloudEvent(this.dto) : this.dto);
      this.#texts.set(envelope, text);
    }
    return text;
  }
}
