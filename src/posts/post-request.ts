import { isJsonObject, type JsonObject, type JsonValue } from '../common/json/json.js';
import { fingerprint } from '../common/security/fingerprint.js';
import { type PostContent } from '../platforms/posting.js';
import { type CreatePost } from './post.dto.js';
import { type PosterChoice } from './poster-choice.js';

/** What a caller asks for: ids in one spelling, and nothing that was not said. */
export interface PostRequest {
  readonly connectionId: string;
  readonly spaceId: string;
  readonly as: PosterChoice;
  readonly content: PostContent;
  readonly replyTo?: string;
  readonly endpoint?: string;
}

export function requestIn(body: CreatePost): PostRequest {
  const { text, markdown, html, card, title, replyTo, endpoint } = body;
  return {
    connectionId: body.connectionId.toLowerCase(),
    spaceId: body.spaceId.toLowerCase(),
    as: body.as,
    content: {
      text,
      ...(markdown === undefined ? {} : { markdown }),
      ...(html === undefined ? {} : { html }),
      ...(card === undefined ? {} : { card }),
      ...(title === undefined ? {} : { title }),
    },
    ...(replyTo === undefined ? {} : { replyTo: replyTo.toLowerCase() }),
    ...(endpoint === undefined ? {} : { endpoint }),
  };
}

/** Equal for requests that ask for the same, in whatever order their members came. */
export function hashOf(request: PostRequest): string {
  const { connectionId, spaceId, as, content, replyTo, endpoint } = request;
  const said: JsonObject = { ...content };
  const poster = as === 'app' ? as : { user: as.user };
  const asked: JsonValue = [connectionId, spaceId, poster, said, replyTo ?? null, endpoint ?? null];
  return fingerprint(Buffer.from(JSON.stringify(sorted(asked))));
}

function sorted(value: JsonValue): JsonValue {
  if (!isJsonObject(value)) return Array.isArray(value) ? value.map(sorted) : value;
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([name, member]) => [name, sorted(member)]));
}
