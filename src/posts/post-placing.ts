import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { storableText } from '../common/json/storable.js';
import { type HttpCaller } from '../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { type Job } from '../outbox/job.js';
import { type PlatformAccount } from '../platforms/platform-account.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable, PostRefused } from '../platforms/platform.errors.js';
import { type Platform } from '../platforms/platform.js';
import { type OutgoingPost, type PlacedPost, type Poster, type Posting } from '../platforms/posting.js';
import { type ActingToken } from '../tokens/acting-tokens.js';
import { outgoingPost } from './outgoing-post.js';
import { OwnMessages } from './own-messages.js';
import { PostEnds } from './post-ends.js';
import { blindLooksBeforeGivingUp } from './post-pace.js';
import { invitationOf } from './post-target.js';
import { type Search } from './post-turns.js';
import { type PostRow } from './post.dto.js';

/** Of what the platform says to a refusal. */
const longestMessage = 500;

/** With what a post is placed. */
export interface Sender {
  readonly connection: OpenConnection;
  readonly platform: Platform;
  readonly posting: Posting;
  readonly account: PlatformAccount;
  readonly token: ActingToken;
  /** Whether this token came in the place of one that the platform had just not taken. */
  readonly isRenewed: boolean;
  readonly http: HttpCaller;
}

/** What became of a try or a look, which stands in the database then. */
export type Placement =
  | { readonly kind: 'placed' | 'unknown' | 'unauthorized' }
  | { readonly kind: 'unavailable'; readonly error: unknown }
  | { readonly kind: 'given-up'; readonly reason: string };

/** Calls the platform about a post and writes down what that brought. */
@Injectable()
export class PostPlacing {
  constructor(
    private readonly dataSource: DataSource,
    private readonly ends: PostEnds,
    private readonly own: OwnMessages,
  ) {}

  async send(post: PostRow, job: Job, number: number, sender: Sender): Promise<Placement> {
    try {
      const { posting, account, http } = sender;
      const placed = await posting.send(await this.#outgoing(post, sender), posterOf(sender), account, http);
      await this.ends.placed(post, job, number, storable(placed));
      return { kind: 'placed' };
    } catch (error) {
      return this.#failedTry(post, job, number, error);
    }
  }

  async look(post: PostRow, job: Job, search: Search, sender: Sender): Promise<Placement> {
    try {
      const { posting, account, http } = sender;
      const found = await posting.find(await this.#outgoing(post, sender), posterOf(sender), search, account, http);
      if (found !== undefined && (await this.ends.found(post, job, storable(found)))) return { kind: 'placed' };
      await this.ends.lookedInVain(post, 'looks');
      return { kind: 'unknown' };
    } catch (error) {
      // A user's consent that holds, and whose tokens cannot look all the same: nothing that anybody does ends that.
      const isInVain = error instanceof NeedsAuthorization && sender.isRenewed && post.poster !== '';
      if (isInVain) return this.#lookBlind(post, job, search, sender);
      if (error instanceof NeedsAuthorization) return { kind: 'unauthorized' };
      // The platform does not let us look, or not any more; it may have told us by itself.
      if (error instanceof OutcomeUnknown || error instanceof PostRefused)
        return this.#lookBlind(post, job, search, sender);
      if (isPassing(error)) return { kind: 'unavailable', error };
      throw error;
    }
  }

  async #lookBlind(post: PostRow, job: Job, search: Search, sender: Sender): Promise<Placement> {
    const author = await this.#authorOf(sender);
    const found = author === undefined ? undefined : await this.own.find(post, author, search);
    if (found !== undefined && (await this.ends.found(post, job, found))) return { kind: 'placed' };
    const looks = await this.ends.lookedInVain(post, 'blind');
    return looks >= blindLooksBeforeGivingUp ? { kind: 'given-up', reason: 'outcome-unknown' } : { kind: 'unknown' };
  }

  async #authorOf({ token, platform, account, http }: Sender): Promise<string | undefined> {
    if (token.subjectExternalId !== undefined) return token.subjectExternalId;
    try {
      return (await platform.userGrants?.whoIs(token.accessToken, {}, account, http))?.externalId;
    } catch (error) {
      // Then it cannot be told this time; it is asked again.
      if (error instanceof LiaisonError) return undefined;
      throw error;
    }
  }

  async #failedTry(post: PostRow, job: Job, number: number, error: unknown): Promise<Placement> {
    if (error instanceof PostRefused) {
      const { reason } = error;
      const platformMessage = storableText((error.platformMessage ?? '').slice(0, longestMessage)) || undefined;
      await this.ends.refused(post, job, number, { reason, platformMessage });
      return { kind: 'given-up', reason };
    }
    if (error instanceof OutcomeUnknown || (error instanceof OutboundFailed && error.mayHaveBeenSent)) {
      await this.ends.unknown(post, number, 'answer-lost');
      return { kind: 'unknown' };
    }
    if (error instanceof NeedsAuthorization) {
      await this.ends.again(post, number, 'unauthorized', 'token-refused');
      return { kind: 'unauthorized' };
    }
    if (!isPassing(error)) throw error;
    await this.ends.again(
      post,
      number,
      'unavailable',
      error instanceof PlatformUnavailable ? error.reason : 'not-reachable',
    );
    return { kind: 'unavailable', error };
  }

  async #outgoing(post: PostRow, { platform }: Sender): Promise<OutgoingPost> {
    // Only where the app takes part in conversations do spaces begin with an invitation.
    const begins = platform.conversations !== undefined;
    return outgoingPost(post, begins ? await invitationOf(this.dataSource, post.spaceId) : undefined);
  }
}

/** Ids are stored as facts have them. */
function storable({ externalId, createdAt }: PlacedPost): PlacedPost {
  return { externalId: externalId === undefined ? undefined : storableText(externalId), createdAt };
}

function posterOf({ token }: Sender): Poster {
  return { accessToken: token.accessToken, subjectExternalId: token.subjectExternalId };
}

function isPassing(error: unknown): boolean {
  return error instanceof PlatformUnavailable || error instanceof OutboundFailed || error instanceof OutboundRefused;
}
