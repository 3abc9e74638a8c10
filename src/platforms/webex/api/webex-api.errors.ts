import { LiaisonError, type LiaisonErrorDetails } from '../../../common/errors/liaison-error.js';
import { NeedsAuthorization } from '../../platform.errors.js';
import { type ErrorBody } from './error-body.js';
import { type RawAnswer } from './webex-answer.js';

/**
 * What a call that brought no 2xx means for whoever made it. `retry`: passing, the same call may succeed after
 * `retryAfterSeconds`. `auth`: the token is not taken. `refused`: the token may not do this. `gone`: the thing does not
 * exist (any more). `invalid`: the call itself, or the answer, can never be right.
 */
export type WebexOutcome = 'retry' | 'auth' | 'refused' | 'gone' | 'invalid';

export interface WebexRefusalDetails extends LiaisonErrorDetails {
  readonly outcome: WebexOutcome;
  /** See `WebexRefusal.mayHaveHappened`; false where nothing is said. */
  readonly mayHaveHappened?: boolean;
  readonly answer?: RawAnswer;
  readonly said?: ErrorBody;
}

/** A call to Webex that brought no usable answer. Its own text holds nothing that Webex or we sent. */
export class WebexRefusal extends LiaisonError {
  readonly code = 'webex-refused';
  readonly kind = 'upstream';
  readonly outcome: WebexOutcome;
  /**
   * Whether Webex may have carried the call out although we do not know it. Only a POST: Webex has no idempotency key, so
   * look for the result before trying again. Every other method is safe to repeat.
   */
  readonly mayHaveHappened: boolean;
  /** Kept out of sight of whoever prints the error: an answer may hold secrets. */
  readonly #answer: RawAnswer | undefined;
  /** Webex's own words, to show to the connection's owner. */
  readonly platformMessage: string | undefined;
  readonly descriptions: readonly string[];
  /** Support asks for it. */
  readonly trackingId: string | undefined;
  readonly oauthError: string | undefined;

  constructor(details: WebexRefusalDetails) {
    super(details);
    this.outcome = details.outcome;
    this.mayHaveHappened = details.mayHaveHappened ?? false;
    this.#answer = details.answer;
    this.platformMessage = details.said?.message;
    this.descriptions = details.said?.descriptions ?? [];
    this.trackingId = details.said?.trackingId ?? details.answer?.headers['trackingid'];
    this.oauthError = details.said?.oauthError;
  }

  /** What came back, byte for byte; undefined where no answer came. */
  get answer(): RawAnswer | undefined {
    return this.#answer;
  }

  /** The status that Webex answered; undefined where no answer came. `status` is what our own API answers. */
  get platformStatus(): number | undefined {
    return this.#answer?.status;
  }
}

/**
 * No token can be had until somebody acts. `grant`: the refresh token is dead; authorize again, or, for a Service App, fetch
 * a new pair with the application's own token. `client`: client id or secret are not taken. `consent`: the organisation's
 * administrator has not authorized the app (any more), or the bearer lacks the scope `spark:applications_token`.
 */
export class WebexAuthorizationNeeded extends NeedsAuthorization {
  constructor(
    readonly reason: 'grant' | 'client' | 'consent',
    readonly refusal: WebexRefusal,
  ) {
    super();
  }
}
