/** Outside partners see the first, Microsoft's own applications the second. */
export type RelPrefix = 'service:' | 'ms:rtc:saas:';

/** Where captured bodies differ from each other or from the reference; each choice was seen or is written somewhere. */
export interface WireFormat {
  readonly relPrefix: RelPrefix;
  /**
   * `slash` is `/Date(1489524122496)/`, `iso` is ISO 8601, `mixed` is the first for what people write and the second for
   * what the app sends, as captured; `slash-escaped-twice` leaves backslashes in the text.
   */
  readonly dates: 'slash' | 'slash-escaped-twice' | 'iso' | 'mixed';
  /** How the text stands in its data URI: form-encoded, where a space is a plus sign, or as base64. */
  readonly dataUris: 'form' | 'base64';
  /** `escaped` is the JSON escape of `&`; `literal` is one that was escaped twice, so that hrefs hold the six characters. */
  readonly ampersands: 'plain' | 'escaped' | 'literal';
  /** Who sends `updated` and `deleted` of a conversation: captures show `communication`, the SDK expects `conversation`. */
  readonly conversationEventsFrom: 'communication' | 'conversation';
  /** The reference lets a message start and complete; every captured message of a person only completes. */
  readonly incomingMessages: 'completed' | 'started and completed';
  /** Whether the first message also stands in the invitation, as UCWA has it. */
  readonly messageInInvitation: boolean;
  /** Whether plain text ends with CR LF, as Microsoft's own clients leave it. */
  readonly trailingLineEnd: boolean;
  /** Whether an incoming invitation repeats the whole application. */
  readonly applicationInInvitation: boolean;
  /** UCWA offers `accept`; no captured invitation of this interface does. Without the link there is nothing to call. */
  readonly acceptLink: boolean;
  /** Whether the app's own participant is announced, under a name that is not its rel. */
  readonly localParticipant: boolean;
  /** `half` leaves braces, quotes and colons of a callback context as they are; `raw` escapes only what HTTP forbids. */
  readonly contextEscaping: 'half' | 'full' | 'raw';
  /** Whether webhook calls wait for a 100 before they send the body. */
  readonly expectContinue: boolean;
  /** The Location of a 201. */
  readonly location: 'relative' | 'absolute' | 'missing';
  /** The host in bodies against which hrefs count; the pool's when missing. */
  readonly baseUri?: string;
}

/** What most captures show. */
export const capturedFormat: WireFormat = {
  relPrefix: 'service:',
  dates: 'mixed',
  dataUris: 'form',
  ampersands: 'plain',
  conversationEventsFrom: 'communication',
  incomingMessages: 'completed',
  messageInInvitation: false,
  trailingLineEnd: false,
  applicationInInvitation: false,
  acceptLink: false,
  localParticipant: false,
  contextEscaping: 'half',
  expectContinue: true,
  location: 'relative',
};

/** These never carry a prefix. */
const bareRels: readonly string[] = ['self', 'next', 'plainMessage', 'htmlMessage', 'customContent'];

export function prefixed(prefix: RelPrefix, rel: string): string {
  return bareRels.includes(rel) ? rel : `${prefix}${rel}`;
}
