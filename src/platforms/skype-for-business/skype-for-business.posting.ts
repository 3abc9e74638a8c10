import { type InputFault } from '../../common/errors/liaison-error.js';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { invalidInput } from '../../common/http/validation.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../../common/outbound/outbound.errors.js';
import { OutcomeUnknown, PlatformUnavailable, PostRefused } from '../platform.errors.js';
import { type OperationLedger } from '../operation.js';
import { type PlatformAccount } from '../platform-account.js';
import { type OutgoingPost, type PlacedPost, type Posting } from '../posting.js';
import { CallRefused, HrefNotTrusted, NotOffered } from './acting/acting.errors.js';
import { AppMemory } from './acting/app-memory.js';
import { endpointAddress } from './acting/endpoint-address.js';
import { SkypeForBusinessApi } from './acting/skype-for-business.api.js';
import { settingsOf } from './skype-for-business.settings.js';

/** The same as in conversations; the reference names no limit. */
const longestText = 8_000;
const waitForOperator = 60;

/** Tokens, and what was discovered, are kept for each account; the way out is that of each post. */
const memories = new WeakMap<PlatformAccount, AppMemory>();
/** Posts are a ledger of their own. */
const noLedger: OperationLedger = { record: () => Promise.resolve() };

/**
 * `sendMessage`, by the app only, by the invitation that the conversation began with (links exist only while they can be
 * used), and under the post's id: the platform takes each name once, so a try whose answer was lost is simply made again, and `AlreadyExists` says that it had got through.
 */
export const skypeForBusinessPosting: Posting = {
  /** Its client gets tokens for the tenant of the address that posts. */
  hasOwnTokens: true,

  check(post: OutgoingPost, settings: Readonly<Record<string, unknown>>): void {
    const faults = faultsIn(post, settings);
    if (faults.length > 0) throw invalidInput(faults);
  },

  async send(post: OutgoingPost, _poster, account, http): Promise<PlacedPost> {
    const { endpoint, invitationExternalId, content } = post;
    if (endpoint === undefined || invitationExternalId === undefined) throw new PostRefused('not-offered', undefined);
    const api = apiOf(account, http);
    let isSending = false;
    try {
      const start = { endpoint, href: invitationExternalId };
      const href = await api.linkFrom(start, 'conversation', 'messaging', 'sendMessage');
      isSending = true;
      const { html, text } = content;
      const { externalId } = await api.sendMessage(
        { endpoint, href },
        {
          operationId: post.id,
          contentType: html === undefined ? 'text/plain' : 'text/html',
          content: html ?? text ?? '',
        },
      );
      return { externalId, createdAt: undefined };
    } catch (error) {
      throw meaningOf(error, isSending);
    }
  },

  /** Nothing lists messages. The next try finds out. */
  find: () => Promise.resolve(undefined),
};

function apiOf(account: PlatformAccount, http: HttpCaller): SkypeForBusinessApi {
  const memory = memories.get(account) ?? new AppMemory();
  memories.set(account, memory);
  return new SkypeForBusinessApi(account, http, noLedger, Date.now, memory);
}

function faultsIn(post: OutgoingPost, settings: Readonly<Record<string, unknown>>): readonly InputFault[] {
  const { content, replyToExternalId, as, invitationExternalId } = post;
  const { markdown, card, title } = content;
  const strange = { markdown, card, title, replyTo: replyToExternalId };
  return [
    ...endpointFaults(post, settings),
    ...(['text', 'html'] as const)
      .filter((form) => (content[form] ?? '').length > longestText)
      .map((form) => ({ pointer: `/${form}`, detail: `must have at most ${longestText} characters` })),
    ...Object.entries(strange)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => ({ pointer: `/${name}`, detail: 'is not taken by Skype for Business' })),
    ...(as === 'app' ? [] : [{ pointer: '/as', detail: 'must be "app": nobody can be posted for' }]),
    ...(invitationExternalId === undefined
      ? [{ pointer: '/spaceId', detail: 'has no conversation whose invitation we were told of' }]
      : []),
  ];
}

function endpointFaults(
  { endpoint }: OutgoingPost,
  settings: Readonly<Record<string, unknown>>,
): readonly InputFault[] {
  if (endpoint === undefined)
    return [{ pointer: '/endpoint', detail: "is required: which of the app's addresses posts" }];
  try {
    endpointAddress(endpoint, settingsOf(settings));
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return [{ pointer: '/endpoint', detail: 'must be a sip address, such as sip:desk@contoso.com' }];
  }
}

/** Until the message itself is sent, nothing has happened. */
function meaningOf(error: unknown, isSending: boolean): unknown {
  if (error instanceof CallRefused) return new PostRefused(reasonOf(error), wordsOf(error));
  if (error instanceof NotOffered) return new PostRefused('not-offered', undefined);
  if (error instanceof HrefNotTrusted) return new PostRefused('href-not-trusted', undefined);
  if (error instanceof InvalidInput) return new PostRefused('invalid', undefined);
  if (error instanceof OutboundRefused) {
    return new PlatformUnavailable('not-reachable', { cause: error, retryAfterSeconds: waitForOperator });
  }
  if (error instanceof OutboundFailed) {
    return isSending && error.mayHaveBeenSent
      ? new OutcomeUnknown({ cause: error })
      : new PlatformUnavailable(error.reason, { cause: error });
  }
  const isLimit = error instanceof PlatformUnavailable && error.reason === 'rate-limited';
  return isSending && error instanceof PlatformUnavailable && !isLimit ? new OutcomeUnknown({ cause: error }) : error;
}

function reasonOf({ platformStatus }: CallRefused): string {
  if (platformStatus === 403) return 'forbidden';
  return platformStatus === 404 || platformStatus === 410 ? 'not-found' : 'invalid';
}

function wordsOf({ failure }: CallRefused): string {
  return [failure.code, failure.subcode].filter((word) => word !== undefined).join(', ');
}
