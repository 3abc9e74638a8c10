import { type JsonValue } from '../common/json/json.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { type PlatformAccount } from './platform-account.js';

/** What a post says; each platform takes some of the forms. */
export interface PostContent {
  readonly text?: string;
  readonly markdown?: string;
  readonly html?: string;
  /** A card in the platform's own form. */
  readonly card?: JsonValue;
  readonly title?: string;
}

/** A message to be placed in a space. */
export interface OutgoingPost {
  /** Ours, the same in every try; platforms that take a name for an act get it. */
  readonly id: string;
  readonly spaceExternalId: string;
  readonly content: PostContent;
  /** The message that it answers. */
  readonly replyToExternalId?: string;
  /** Which of the app's own addresses posts, on platforms where an app has several. */
  readonly endpoint?: string;
  /** The invitation that the space began with, where spaces begin so: it leads to what may be done there. */
  readonly invitationExternalId?: string;
  readonly as: 'app' | 'user';
}

/** A message that is there. */
export interface PlacedPost {
  /** The platform's id of the message, as facts name it; undefined where the platform did not say. */
  readonly externalId: string | undefined;
  readonly createdAt: Date | undefined;
}

/** Whose token posts. */
export interface Poster {
  readonly accessToken: string;
  readonly subjectExternalId: string | undefined;
}

/** How a platform takes posts. */
export interface Posting {
  /** Whether its client has the app's tokens itself; then it is handed none. */
  readonly hasOwnTokens?: boolean;
  /** Pure. Throws `InvalidInput`, with pointers below `/`, for what the platform does not take: forms, lengths, threads. */
  check(post: OutgoingPost, settings: Readonly<Record<string, unknown>>): void;
  /**
   * Sends once. Throws `PostRefused` for a final no, `NeedsAuthorization` for a token that is not taken,
   * `PlatformUnavailable` for what passes and surely did nothing, and `OutcomeUnknown` where the message may be there.
   */
  send(post: OutgoingPost, poster: Poster, account: PlatformAccount, http: HttpCaller): Promise<PlacedPost>;
  /**
   * Looks for the message of a try whose outcome is unknown: among the messages of `poster` in the space since `since`,
   * leaving out those that other posts of ours are known to be. Throws as `send`.
   */
  find(
    post: OutgoingPost,
    poster: Poster,
    search: { readonly since: Date; readonly taken: ReadonlySet<string> },
    account: PlatformAccount,
    http: HttpCaller,
  ): Promise<PlacedPost | undefined>;
}
