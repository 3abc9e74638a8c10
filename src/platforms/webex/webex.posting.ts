import { filledTextOf, isJsonObject, type JsonObject } from '../../common/json/json.js';
import { OutboundFailed } from '../../common/outbound/outbound.errors.js';
import { type InputFault } from '../../common/errors/liaison-error.js';
import { invalidInput } from '../../common/http/validation.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { Secret } from '../../common/security/secret.js';
import { type NeedsAuthorization, OutcomeUnknown, PlatformUnavailable, PostRefused } from '../platform.errors.js';
import { type PlatformAccount } from '../platform-account.js';
import { type OutgoingPost, type PlacedPost, type Poster, type Posting } from '../posting.js';
import { WebexApi } from './api/webex-api.js';
import { WebexRefusal } from './api/webex-api.errors.js';
import { sameWebexId } from './api/webex-id.js';
import { webexUserGrants } from './webex.oauth.js';
import { passingOrFinal } from './webex.refusal.js';
import { publicWebexApi } from './webex.settings.js';
import { timeIn } from './webex.time.js';

/** For text and markdown each (POST /messages). */
const longestBytes = 7_439;
const adaptiveCard = 'application/vnd.microsoft.card.adaptive';
const perPage = 100;
const mostPages = 20;

/**
 * `POST /messages`, which takes no idempotency key: a try whose answer is lost is looked for among the messages of the room.
 * A bot may list the messages of a direct room only, so in groups it cannot look.
 */
export const webexPosting: Posting = {
  check(post) {
    const faults = faultsIn(post);
    if (faults.length > 0) throw invalidInput(faults);
  },

  async send(post, poster, account, http) {
    try {
      const { json } = await apiOf(poster, account, http).post(['messages'], bodyOf(post));
      return placedIn(isJsonObject(json) ? json : {});
    } catch (error) {
      throw error instanceof WebexRefusal ? meaningOfPost(error) : error;
    }
  },

  async find(post, poster, { since, taken }, account, http) {
    try {
      const author = poster.subjectExternalId ?? (await ownId(poster, account, http));
      const query = { roomId: post.spaceExternalId, max: perPage };
      for await (const message of apiOf(poster, account, http).items(['messages'], query, { maxPages: mostPages })) {
        const createdMs = timeIn(message, 'created');
        // Newest first.
        if (createdMs !== undefined && createdMs < since.getTime()) return undefined;
        const id = filledTextOf(message, 'id');
        const isOurs = sameWebexId(filledTextOf(message, 'personId') ?? '', author) && saysTheSame(message, post);
        if (isOurs && id !== undefined && !taken.has(id)) return placedIn(message);
      }
      return undefined;
    } catch (error) {
      throw error instanceof WebexRefusal ? meaningOfLook(error) : error;
    }
  },
};

function faultsIn({ content, endpoint }: OutgoingPost): readonly InputFault[] {
  const { html, title, card } = content;
  const tooLong = (['text', 'markdown'] as const)
    .filter((form) => Buffer.byteLength(content[form] ?? '') > longestBytes)
    .map((form) => ({ pointer: `/${form}`, detail: `must have at most ${longestBytes} bytes in UTF-8` }));
  return [
    ...tooLong,
    ...(html === undefined ? [] : [{ pointer: '/html', detail: 'is not taken by Webex; use markdown' }]),
    ...(title === undefined ? [] : [{ pointer: '/title', detail: 'is not taken by Webex' }]),
    ...(endpoint === undefined ? [] : [{ pointer: '/endpoint', detail: 'is not taken by Webex' }]),
    ...(card === undefined || isJsonObject(card) ? [] : [{ pointer: '/card', detail: 'must be an Adaptive Card' }]),
  ];
}

function bodyOf({ spaceExternalId, content, replyToExternalId }: OutgoingPost): JsonObject {
  const { text, markdown, card } = content;
  return {
    roomId: spaceExternalId,
    ...(text === undefined ? {} : { text }),
    ...(markdown === undefined ? {} : { markdown }),
    ...(card === undefined ? {} : { attachments: [{ contentType: adaptiveCard, content: card }] }),
    ...(replyToExternalId === undefined ? {} : { parentId: replyToExternalId }),
  };
}

function apiOf({ accessToken }: Poster, { settings }: PlatformAccount, http: HttpCaller): WebexApi {
  const { apiUrl } = settings;
  return new WebexApi(http, {
    apiUrl: typeof apiUrl === 'string' ? apiUrl : publicWebexApi,
    token: () => new Secret(accessToken),
  });
}

async function ownId({ accessToken }: Poster, account: PlatformAccount, http: HttpCaller): Promise<string> {
  return (await webexUserGrants.whoIs(accessToken, {}, account, http)).externalId;
}

function placedIn(message: JsonObject): PlacedPost {
  const createdMs = timeIn(message, 'created');
  return {
    externalId: filledTextOf(message, 'id'),
    createdAt: createdMs === undefined ? undefined : new Date(createdMs),
  };
}

function saysTheSame(message: JsonObject, { content, replyToExternalId }: OutgoingPost): boolean {
  if ((filledTextOf(message, 'parentId') ?? '') !== (replyToExternalId ?? '')) return false;
  const { text, markdown } = content;
  const form = markdown === undefined ? 'text' : 'markdown';
  return plain(filledTextOf(message, form) ?? '') === plain(markdown ?? text ?? '');
}

/** Without what a service may change about white space. */
function plain(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim();
}

function meaningOfPost(refusal: WebexRefusal): Error {
  const { cause, outcome, platformMessage } = refusal;
  if (cause instanceof OutboundFailed && !cause.mayHaveBeenSent) {
    return new PlatformUnavailable(cause.reason, { cause: refusal });
  }
  if (refusal.mayHaveHappened) return new OutcomeUnknown({ cause: refusal });
  const meaning = passingOrFinal(refusal);
  if (!(meaning instanceof WebexRefusal)) return meaning;
  return new PostRefused(reasonOf(outcome), platformMessage);
}

function reasonOf(outcome: WebexRefusal['outcome']): string {
  if (outcome === 'refused') return 'forbidden';
  return outcome === 'gone' ? 'not-found' : 'invalid';
}

/** A list that we may not have, or that does not end, cannot tell. */
function meaningOfLook(refusal: WebexRefusal): PlatformUnavailable | NeedsAuthorization | OutcomeUnknown {
  const meaning = passingOrFinal(refusal);
  return meaning instanceof WebexRefusal ? new OutcomeUnknown({ cause: refusal }) : meaning;
}
