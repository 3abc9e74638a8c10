import { LiaisonError } from '../common/errors/liaison-error.js';

/**
 * The call does not prove where it comes from. The sender always gets the same 401, whatever `reason` says; `reason` is
 * for the log and the metrics, and is one of a few fixed words.
 */
export class SignatureRejected extends LiaisonError {
  readonly code = 'signature-rejected';
  readonly kind = 'caller';
  override readonly status = 401;
  constructor(readonly reason: 'unknown-connection' | 'missing' | 'malformed' | 'mismatch' | 'no-active-secret') {
    super({ detail: 'The call does not carry a valid signature for this webhook.' });
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
