import { type CallbackRoute } from './callback-route.js';
import { bodyBytes, eventBody, type SentEvent, type WireEvent } from './event-body.js';
import { type ConversationHrefs } from './hrefs.js';
import { type ApplicationEndpoint } from './trusted-application.js';
import { type WebhookDispatcher } from './webhook-dispatcher.js';
import { prefixed, type WireFormat } from './wire-format.js';

export interface ChannelOptions {
  readonly conversationId: string;
  readonly endpoint: ApplicationEndpoint;
  readonly hrefs: ConversationHrefs;
  readonly route: CallbackRoute;
  readonly dispatcher: WebhookDispatcher;
  readonly format: () => WireFormat;
  readonly poolUrl: () => string;
}

/** Numbers the bodies of one conversation from 1 and hands them on. */
export class EventChannel {
  #ack = 0;
  #collected: SentEvent[] | undefined;

  constructor(private readonly options: ChannelOptions) {}

  raise(sender: 'communication' | 'conversation', event: WireEvent): void {
    const { format, hrefs } = this.options;
    const link = { rel: prefixed(format().relPrefix, sender), href: hrefs[sender] };
    if (this.#collected === undefined) this.#send([{ sender: link, event }]);
    else this.#collected.push({ sender: link, event });
  }

  /** Everything raised meanwhile shares one body. */
  together(action: () => void): void {
    if (this.#collected !== undefined) {
      action();
      return;
    }
    const events: SentEvent[] = [];
    this.#collected = events;
    try {
      action();
    } finally {
      this.#collected = undefined;
    }
    if (events.length > 0) this.#send(events);
  }

  #send(events: readonly SentEvent[]): void {
    const { conversationId, endpoint, route, dispatcher } = this.options;
    dispatcher.send({
      lane: conversationId,
      conversationId,
      route,
      tenant: endpoint.tenant.tenantId,
      audience: endpoint.application.audience,
      ...this.#numbered(events),
      renumbered: () => this.#numbered(events),
    });
  }

  #numbered(events: readonly SentEvent[]): { readonly ack: number; readonly bytes: Buffer } {
    const { hrefs, format, poolUrl } = this.options;
    this.#ack += 1;
    const ack = this.#ack;
    const { baseUri, ampersands } = format();
    const body = eventBody(events, {
      self: hrefs.events(ack),
      next: hrefs.events(ack + 1),
      baseUri: baseUri ?? poolUrl(),
    });
    return { ack, bytes: bodyBytes(body, ampersands) };
  }
}
