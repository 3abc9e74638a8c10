import { LiaisonError } from '../common/errors/liaison-error.js';
import { type TokenRefusal } from '../common/security/token.errors.js';

/** Why a call was refused; the words of `TokenRefusal` are for platforms that prove themselves by a token. */
export type SignatureRefusal =
  'unknown-connection' | 'missing' | 'malformed' | 'mismatch' | 'no-active-secret' | TokenRefusal;

/**
 * The call does not prove where it comes from. The sender always gets the same 401, whatever `reason` says; `reason` is
 * for the log and the metrics, and is one of a few fixed words.
 */
export class SignatureRejected extends LiaisonError {
  readonly code = 'signature-rejected';
  readonly kind = 'caller';
  override readonly status = 401;
  constructor(readonly reason: SignatureRefusal) {
    super({ detail: 'The call does not carry a valid signature for this webhook.' });
  }
}

/**
 * Whether the call is genuine cannot be told now, because the keys that the platform signs with cannot be had. Not a
 * `SignatureRejected`: the platform is asked to come again, so that nothing genuine is lost while a host of keys is down.
 */
export class VerificationUnavailable extends LiaisonError {
  readonly code = 'verification-unavailable';
  readonly kind = 'unavailable';
  constructor(cause?: unknown) {
    super({ detail: 'The call cannot be verified at the moment.', cause, retryAfterSeconds: 5 });
  }
}

/** A signed handshake that must not be answered, because answering would sign something we did not choose. */
export class HandshakeRefused extends LiaisonError {
  readonly code = 'handshake-refused';
  readonly kind = 'caller';
}

/** Why a stored delivery could not be turned into facts; becomes the reason of its dead letter. */
export class Untranslatable extends LiaisonError {
  readonly code = 'untranslatable';
  readonly kind = 'bug';
  constructor(
    /** A stable kebab-case word, for example `not-json` or `missing-field`. */
    readonly reason: string,
    detail: string,
  ) {
    super({ detail });
  }
}

/** The platform's API cannot answer now; the same call may succeed later. */
export class PlatformUnavailable extends LiaisonError {
  readonly code = 'platform-unavailable';
  readonly kind = 'upstream';
  constructor(
    /** A fixed word, for example `timeout` or `rate-limited`. */
    readonly reason: string,
    options: { readonly retryAfterSeconds?: number; readonly cause?: unknown } = {},
  ) {
    super({ detail: 'The platform did not answer as it should; the call is tried again.', ...options });
  }
}

/** The platform takes no token that we hold: somebody must authorize the app again or replace its secret. */
export class NeedsAuthorization extends LiaisonError {
  readonly code = 'needs-authorization';
  readonly kind = 'upstream';
  constructor() {
    super({ detail: 'The platform refuses the tokens of this connection.' });
  }
}

/** The same of the app's own token alone: another one may do. */
export class AppTokenRefused extends NeedsAuthorization {}

/** The platform understood a post and said no; the same post will be refused again. */
export class PostRefused extends LiaisonError {
  readonly code = 'post-refused';
  readonly kind = 'caller';
  constructor(
    /** A fixed word, for example `forbidden`, `not-found`, `invalid`. */
    readonly reason: string,
    /** The platform's own words, as far as they can be shown. */
    readonly platformMessage: string | undefined,
  ) {
    super({ detail: 'The platform refused the post.' });
  }
}

/** A call that may or may not have done something: the answer was lost. Look before trying again. */
export class OutcomeUnknown extends LiaisonError {
  readonly code = 'outcome-unknown';
  readonly kind = 'upstream';
  constructor(options: { readonly cause?: unknown } = {}) {
    super({ detail: 'The answer of the platform was lost.', ...options });
  }
}
