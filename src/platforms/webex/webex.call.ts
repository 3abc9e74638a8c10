import { filledTextOf, isJsonObject, memberOf, type JsonObject } from '../../common/json/json.js';

/** What a webhook body says, as far as it says it. */
export interface WebexCall {
  readonly resource: string | undefined;
  readonly event: string | undefined;
  /** Who did it. */
  readonly actorId: string | undefined;
  /** Whose webhook it is: for calls about rooms the organisation whose token reads them. */
  readonly orgId: string | undefined;
  /** The thing that it happened to, without what Webex withholds; empty where it is missing. */
  readonly data: JsonObject;
}

/**
 * Reads the envelope of a webhook. Its `id` is the webhook's, the same in every call, and its `created` is when the webhook
 * was made: neither says anything about the event. Never throws.
 */
export function callIn(body: JsonObject): WebexCall {
  const data = memberOf(body, 'data');
  return {
    resource: filledTextOf(body, 'resource'),
    event: filledTextOf(body, 'event'),
    actorId: filledTextOf(body, 'actorId'),
    orgId: filledTextOf(body, 'orgId'),
    data: isJsonObject(data) ? data : {},
  };
}

/** What names a thing outside of rooms: its id, or a call's. */
export function idIn(data: JsonObject): string | undefined {
  return filledTextOf(data, 'id') ?? filledTextOf(data, 'callId');
}
