import { Inject, Injectable } from '@nestjs/common';
import { OUTBOUND, type HttpCaller } from '../common/outbound/http-caller.js';
import { OutboundFailed, OutboundRefused } from '../common/outbound/outbound.errors.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { type OpenConnection } from '../connections/open-connection.js';
import { callOutcome } from '../outbox/call-outcome.js';
import { connectionClosed, type Job, type JobHandler, type JobOutcome } from '../outbox/job.js';
import { type PlatformAccount } from '../platforms/platform-account.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platforms/platform.errors.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { type Posting } from '../platforms/posting.js';
import { Accounts } from '../tokens/accounts.js';
import { actsBeginWithinMs, stopwatch } from '../tokens/act-window.js';
import { ACTING_TOKENS, type ActingToken, type ActingTokens } from '../tokens/acting-tokens.js';
import { PostEnds } from './post-ends.js';
import { tryGapMs } from './post-pace.js';
import { PostPlacing, type Placement, type Sender } from './post-placing.js';
import { postKind } from './post-queue.js';
import { PostTokens } from './post-tokens.js';
import { PostTurns } from './post-turns.js';
import { type PostRow } from './post.dto.js';

/** What a turn came to; `unauthorized` where the token was not taken. */
type Step = JobOutcome | 'go-on' | 'unauthorized';

/** After this long a run leaves the rest to the next one; the longest call fits into what is left of its turn. */
const runForMs = 30_000;
/** For what is no act in a user's name, nobody waits but the next turn, which comes after two minutes. */
const callsBeginWithinMs = 60_000;

/**
 * Places a post. Safe to run twice and to die at any point: every try stands in the database before the platform is called,
 * and before another one the message is looked for. A call that is under way is not cut when the service stops, since that
 * would only make its outcome unknown; it ends by its own deadline.
 */
@Injectable()
export class PostJob implements JobHandler {
  readonly kind = postKind;
  readonly retryScope = 'posts:write';
  readonly #tokens: PostTokens;
  /** Clients keep what they found out per account. */
  readonly #accounts = new WeakMap<OpenConnection, PlatformAccount>();

  constructor(
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(OUTBOUND) private readonly http: HttpCaller,
    @Inject(ACTING_TOKENS) tokens: ActingTokens,
    private readonly accounts: Accounts,
    private readonly directory: ConnectionDirectory,
    private readonly turns: PostTurns,
    private readonly ends: PostEnds,
    private readonly placing: PostPlacing,
  ) {
    this.#tokens = new PostTokens(tokens);
  }

  async run(job: Job, signal: AbortSignal): Promise<JobOutcome> {
    const post = await this.turns.read(job.key);
    if (post === undefined) return { kind: 'failed', reason: 'no-such-post' };
    if (this.directory.get(post.connectionId) === undefined) await this.directory.refresh();
    const connection = this.directory.get(post.connectionId);
    const platform = this.platforms.find(({ id }) => id === connection?.platform);
    if (this.directory.isClosed(post.connectionId)) return connectionClosed;
    if (connection === undefined || platform?.posting === undefined) {
      const reason = connection === undefined ? 'connection-removed' : 'takes-no-posts';
      return { kind: 'failed', reason: await this.ends.givenUp(post, job, reason) };
    }
    return this.#place(post, job, { connection, platform, posting: platform.posting }, signal);
  }

  async giveUp(job: Job): Promise<void> {
    const post = await this.turns.read(job.key);
    if (post !== undefined) await this.ends.givenUp(post, job, 'gave-up');
  }

  async #place(
    post: PostRow,
    job: Job,
    means: { readonly connection: OpenConnection; readonly platform: Platform; readonly posting: Posting },
    signal: AbortSignal,
  ): Promise<JobOutcome> {
    const { connection } = means;
    const began = performance.now();
    let refused: ActingToken | undefined;
    for (;;) {
      const token = await this.#tokens.tokenFor(job, means).catch((error: unknown) => outcomeOf(error, job.attempt));
      if ('kind' in token) return token.kind === 'parked' ? this.#park(post, job, connection, token.reason) : token;
      // The same one again, or another one that is not taken either: somebody must act.
      if (refused?.accessToken === token.accessToken) {
        return this.#park(post, job, connection, 'needs-authorization', token);
      }
      const sender = { ...means, account: this.#accountOf(connection), token, isRenewed: refused !== undefined };
      let step: Step = 'go-on';
      while (step === 'go-on') {
        const isOver = signal.aborted || performance.now() - began > runForMs;
        step = isOver ? { kind: 'retry', reason: 'continues', afterMs: 0 } : await this.#step(post, job, sender);
      }
      if (step !== 'unauthorized') return step;
      // An organisation's next token is fetched by a job, so it comes in another run.
      if (await this.turns.isRefusedAgain(post)) {
        return this.#park(post, job, connection, 'needs-authorization', token);
      }
      await this.#tokens.refused(job, connection, token);
      if (refused !== undefined) return this.#park(post, job, connection, 'needs-authorization', token);
      refused = token;
    }
  }

  /** One turn, if the post has one. */
  async #step(known: PostRow, job: Job, sender: Omit<Sender, 'http'>): Promise<Step> {
    // From before the turn, so that whoever waits for its end can count from what the database says of its beginning.
    const elapsed = stopwatch();
    const turn = await this.turns.take(known, job);
    const isAct = turn.kind === 'try' && known.poster !== '';
    const isOpen = (): boolean => elapsed() < (isAct ? actsBeginWithinMs : callsBeginWithinMs);
    const limited = { ...sender, http: this.#within(isOpen) };
    switch (turn.kind) {
      case 'over':
        return { kind: 'done' };
      case 'wait':
        return { kind: 'retry', reason: turn.reason, afterMs: turn.afterMs };
      case 'failed':
        return turn;
      case 'used-up':
        return { kind: 'failed', reason: await this.ends.givenUp(known, job, 'gave-up') };
      case 'no-consent':
        return this.#park(known, job, sender.connection, 'needs-reauthorization');
      case 'look':
        return this.#afterLook(turn.post, job, await this.placing.look(turn.post, job, turn.search, limited));
      case 'try':
        return this.#afterTry(turn.post, job, await this.placing.send(turn.post, job, turn.number, limited));
    }
  }

  async #afterLook(post: PostRow, job: Job, looked: Placement): Promise<Step> {
    switch (looked.kind) {
      case 'placed':
        return { kind: 'done' };
      case 'unknown':
        // The next turn says when to look again, or lets it be sent again.
        return 'go-on';
      case 'given-up':
        return { kind: 'failed', reason: await this.ends.givenUp(post, job, looked.reason) };
      case 'unauthorized':
        return 'unauthorized';
      case 'unavailable':
        return this.#outcomeOfFailure(post, job, looked.error);
    }
  }

  async #afterTry(post: PostRow, job: Job, tried: Placement): Promise<Step> {
    switch (tried.kind) {
      case 'placed':
        return { kind: 'done' };
      case 'given-up':
        return { kind: 'failed', reason: tried.reason };
      case 'unknown':
        return 'go-on';
      case 'unauthorized':
        return 'unauthorized';
      case 'unavailable':
        return this.#outcomeOfFailure(post, job, tried.error);
    }
  }

  async #outcomeOfFailure(post: PostRow, job: Job, error: unknown): Promise<JobOutcome> {
    const outcome = outcomeOf(error, post.attempts);
    if (outcome.kind !== 'parked') return outcome;
    const connection = this.directory.get(post.connectionId);
    return connection === undefined ? outcome : this.#park(post, job, connection, outcome.reason);
  }

  async #park(
    post: PostRow,
    job: Job,
    connection: OpenConnection,
    reason: string,
    refused?: ActingToken,
  ): Promise<JobOutcome> {
    const since = await this.ends.now();
    if (post.poster === '') {
      await this.directory.refresh();
      // Somebody has acted already.
      if (this.directory.get(post.connectionId) !== connection) return { kind: 'retry', reason, afterMs: 0 };
    }
    const parked = await this.ends.parked(post, job, reason, since, refused?.generation);
    switch (parked) {
      case 'parked':
        return { kind: 'parked', reason };
      case 'replaced':
        return { kind: 'retry', reason: 'continues', afterMs: 0 };
      case 'active':
      case 'pending':
      case 'needs-reauthorization':
        return { kind: 'retry', reason, afterMs: tryGapMs(job.attempt) };
      case 'revoked':
      case 'denied':
      case 'failed':
        return { kind: 'failed', reason: await this.ends.givenUp(post, job, 'grant-revoked') };
    }
  }

  #accountOf(connection: OpenConnection): PlatformAccount {
    const known = this.#accounts.get(connection);
    if (known !== undefined) return known;
    const account = this.accounts.of(connection);
    this.#accounts.set(connection, account);
    return account;
  }

  /**
   * A process that slept through its turn must not call: another one may have looked, found nothing and sent again, or the user
   * may have been told that nothing is done in their name any more.
   */
  #within(isOpen: () => boolean): HttpCaller {
    return {
      request: (call) =>
        isOpen() ? this.http.request(call) : Promise.reject(new OutboundFailed('timeout', 'the turn is over', false)),
    };
  }
}

/** What a failed call means for the job. Throws what is not a failed call. */
function outcomeOf(error: unknown, tries: number): JobOutcome {
  const isCall =
    error instanceof NeedsAuthorization ||
    error instanceof PlatformUnavailable ||
    error instanceof OutboundFailed ||
    error instanceof OutboundRefused;
  if (!isCall) throw error;
  const outcome = callOutcome(error);
  return outcome.kind === 'retry' ? { afterMs: tryGapMs(tries), ...outcome } : outcome;
}
