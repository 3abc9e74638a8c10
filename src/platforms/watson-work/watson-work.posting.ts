import { type InputFault } from '../../common/errors/liaison-error.js';
import { invalidInput } from '../../common/http/validation.js';
import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  parseJsonText,
  textOf,
  type JsonObject,
  type JsonValue,
} from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../../common/outbound/outbound.errors.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../common/outbound/retry-after.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable, PostRefused } from '../platform.errors.js';
import { type PlatformAccount } from '../platform-account.js';
import { type OutgoingPost, type PlacedPost, type Poster, type Posting } from '../posting.js';

/** No length of a message is documented; this is the longest text that any call of the reference takes. */
const longestText = 10_000;
const longestTitle = 250;
/** Seconds to wait where the platform names none. */
const waitForLimit = 15;
const waitForOperator = 60;

/** As many messages at a time as IBM's own exporter asks for. */
const perPage = 200;
const mostPages = 10;
const lookQuery = `query messages($space: ID!, $oldest: Long, $after: String) {
  conversation(id: $space) {
    messages(first: ${perPage}, oldestTimestamp: $oldest, after: $after) {
      items { id created createdBy { id } annotations }
      pageInfo { hasNextPage endCursor }
    }
  }
}`;

/**
 * `POST /v1/spaces/{id}/messages`: an app message with the one generic annotation that it may have, by the app or in a user's
 * name. The call takes no idempotency key: a try whose answer is lost is looked for with GraphQL among the messages of the
 * space, by author, time and the annotation's words.
 */
export const watsonWorkPosting: Posting = {
  check(post) {
    const faults = faultsIn(post);
    if (faults.length > 0) throw invalidInput(faults);
  },

  async send(post, poster, account, http) {
    const path = `/v1/spaces/${encodeURIComponent(post.spaceExternalId)}/messages`;
    const body = { type: 'appMessage', version: 1, annotations: [annotationOf(post)] };
    const answer = await call(path, body, poster, account, http);
    if (answer.status < 200 || answer.status > 299) throw refusalOf(answer);
    const message = objectIn(answer);
    // It is there, and where is not said: a look tells.
    if (message === undefined) throw new OutcomeUnknown();
    return { externalId: filledTextOf(message, 'id'), createdAt: timeIn(memberOf(message, 'created')) };
  },

  async find(post, poster, { since, taken }, account, http) {
    const author = poster.subjectExternalId ?? appIdIn(account);
    let after: string | undefined;
    for (let page = 0; page < mostPages; page++) {
      const variables = {
        space: post.spaceExternalId,
        oldest: since.getTime(),
        ...(after === undefined ? {} : { after }),
      };
      const { items, next } = await readMessages(variables, poster, account, http);
      const found = items.find((message) => {
        const id = filledTextOf(message, 'id');
        return id !== undefined && !taken.has(id) && authorOf(message) === author && saysTheSame(message, post);
      });
      if (found !== undefined) return placedIn(found);
      if (next === undefined) return undefined;
      after = next;
    }
    throw new OutcomeUnknown();
  },
};

function faultsIn({ content, replyToExternalId, endpoint }: OutgoingPost): readonly InputFault[] {
  const { html, card, title } = content;
  const tooLong = (['text', 'markdown'] as const)
    .filter((form) => (content[form] ?? '').length > longestText)
    .map((form) => ({ pointer: `/${form}`, detail: `must have at most ${longestText} characters` }));
  const strange = { html, card, replyTo: replyToExternalId, endpoint };
  return [
    ...tooLong,
    ...((title ?? '').length > longestTitle
      ? [{ pointer: '/title', detail: `must have at most ${longestTitle} characters` }]
      : []),
    ...Object.entries(strange)
      .filter(([, value]) => value !== undefined)
      .map(([name]) => ({ pointer: `/${name}`, detail: 'is not taken by Watson Work' })),
  ];
}

function annotationOf({ content }: OutgoingPost): JsonObject {
  const { title } = content;
  return { type: 'generic', version: 1, text: wordsOf(content), ...(title === undefined ? {} : { title }) };
}

/** What the annotation says: markdown as it is, plain words so that they stay plain. */
function wordsOf({ text, markdown }: OutgoingPost['content']): string {
  return markdown ?? withoutMarkup(text ?? '');
}

/**
 * The platform reads mentions (`<@id|name>`), files (`<$file|...>`) and links (`[text](url)`) out of any text, and knows no
 * escapes. A zero-width space takes their meaning away, so that words which others wrote cannot forge one.
 */
function withoutMarkup(text: string): string {
  return text.replace(/<(?=[@$])/g, '<\u200b').replace(/\](?=\()/g, ']\u200b');
}

async function call(
  path: string,
  body: JsonObject,
  { accessToken }: Poster,
  { settings }: PlatformAccount,
  http: HttpCaller,
): Promise<OutboundAnswer> {
  try {
    return await http.request({
      method: 'POST',
      url: `${String(settings['apiUrl']).replace(/\/+$/, '')}${path}`,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${accessToken}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify(body),
    });
  } catch (error) {
    if (error instanceof OutboundRefused) {
      throw new PlatformUnavailable('not-reachable', { cause: error, retryAfterSeconds: waitForOperator });
    }
    if (!(error instanceof OutboundFailed)) throw error;
    throw error.mayHaveBeenSent
      ? new OutcomeUnknown({ cause: error })
      : new PlatformUnavailable(error.reason, { cause: error });
  }
}

/** What a status other than 2xx means for a post; after 408 and 5xx the message may be there. */
function refusalOf(answer: OutboundAnswer): Error {
  const { status } = answer;
  if (status === 401) return new NeedsAuthorization();
  if (status === 429) return limited(answer);
  if (status === 408 || status >= 500) return new OutcomeUnknown();
  if (status < 400) return new PlatformUnavailable('redirect');
  const message = objectIn(answer);
  return new PostRefused(reasonOf(status), message === undefined ? undefined : filledTextOf(message, 'message'));
}

function reasonOf(status: number): string {
  if (status === 403) return 'forbidden';
  return status === 404 ? 'not-found' : 'invalid';
}

function limited({ headers }: OutboundAnswer): PlatformUnavailable {
  const seconds = retryAfterSeconds(headers['retry-after'], Date.now()) ?? waitForLimit;
  return new PlatformUnavailable('rate-limited', { retryAfterSeconds: seconds });
}

interface MessagePage {
  readonly items: readonly JsonObject[];
  readonly next: string | undefined;
}

/** Newest first. Nothing is lost by asking twice, so every failure but a refused token passes. */
async function readMessages(
  variables: JsonObject,
  poster: Poster,
  account: PlatformAccount,
  http: HttpCaller,
): Promise<MessagePage> {
  const answer = await call('/graphql', { query: lookQuery, variables }, poster, account, http).catch(
    (error: unknown) => {
      throw error instanceof OutcomeUnknown ? new PlatformUnavailable('timeout', { cause: error }) : error;
    },
  );
  if (answer.status === 401) throw new NeedsAuthorization();
  if (answer.status === 429) throw limited(answer);
  const data = memberIn(objectIn(answer), 'data');
  if (answer.status !== 200 || data === undefined) throw new PlatformUnavailable('no-usable-answer');
  const messages = memberIn(memberIn(data, 'conversation'), 'messages');
  // Null without an error is what does not exist, or may not be seen any more.
  if (messages === undefined) throw new OutcomeUnknown();
  const items = memberOf(messages, 'items');
  const page = memberIn(messages, 'pageInfo') ?? {};
  return {
    items: Array.isArray(items) ? items.filter(isJsonObject) : [],
    next: memberOf(page, 'hasNextPage') === true ? filledTextOf(page, 'endCursor') : undefined,
  };
}

function authorOf(message: JsonObject): string | undefined {
  const author = memberIn(message, 'createdBy');
  return author === undefined ? undefined : filledTextOf(author, 'id');
}

/** Its annotations are JSON texts; the type was seen in capitals. */
function saysTheSame(message: JsonObject, post: OutgoingPost): boolean {
  const annotations = memberOf(message, 'annotations');
  if (!Array.isArray(annotations)) return false;
  return annotations.some((item: JsonValue) => {
    const parsed = typeof item === 'string' ? parseJsonText(item) : undefined;
    if (parsed?.ok !== true || !isJsonObject(parsed.value)) return false;
    const annotation = parsed.value;
    return (
      textOf(annotation, 'type')?.toLowerCase() === 'generic' &&
      textOf(annotation, 'text')?.trim() === wordsOf(post.content).trim() &&
      (textOf(annotation, 'title') ?? '') === (post.content.title ?? '')
    );
  });
}

function placedIn(message: JsonObject): PlacedPost {
  return { externalId: filledTextOf(message, 'id'), createdAt: timeIn(memberOf(message, 'created')) };
}

/** ISO with the offset `+0000`, without the colon that RFC 3339 asks for. */
function timeIn(value: JsonValue | undefined): Date | undefined {
  const ms = typeof value === 'string' ? Date.parse(value.replace(/([+-]\d{2})(\d{2})$/, '$1:$2')) : NaN;
  return Number.isNaN(ms) ? undefined : new Date(ms);
}

function appIdIn({ settings }: PlatformAccount): string {
  const { appId } = settings;
  return typeof appId === 'string' ? appId : '';
}

function objectIn({ body }: OutboundAnswer): JsonObject | undefined {
  const parsed = parseJsonBytes(body);
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : undefined;
}

function memberIn(object: JsonObject | undefined, name: string): JsonObject | undefined {
  const member = object === undefined ? undefined : memberOf(object, name);
  return isJsonObject(member) ? member : undefined;
}
