import { randomInt, randomUUID } from 'node:crypto';
import { type CallbackRoute } from './callback-route.js';

/** A body on its way to a receiver. */
export interface WebhookCall {
  /** Calls of one lane are made one after the other; a conversation is a lane. */
  readonly lane: string;
  readonly conversationId: string | undefined;
  readonly ack: number | undefined;
  readonly route: CallbackRoute;
  /** Whose token comes with it. */
  readonly tenant: string;
  readonly audience: string;
  readonly bytes: Buffer;
  /** The same events under the next ack, for a repeat that is numbered anew. */
  readonly renumbered?: () => { readonly ack: number; readonly bytes: Buffer };
}

/** The media type is plain JSON with a quoted parameter, not UCWA's own type (Webhooks.md). */
const contentType = 'application/json; type="application/vnd.microsoft.com.ucwa+json"; charset=utf-8';

/** The headers that Webhooks.md shows; there is no Authorization when none is given. */
export function webhookHeaders(
  authorization: string | undefined,
  expectContinue: boolean,
): Readonly<Record<string, string>> {
  return {
    'X-MS-Correlation-Id': String(randomInt(1, 4_294_967_296)),
    'client-request-id': randomUUID(),
    ...(authorization === undefined ? {} : { Authorization: authorization }),
    ...(expectContinue ? { Expect: '100-continue' } : {}),
    'Content-Type': contentType,
  };
}
