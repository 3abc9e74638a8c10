import { LiaisonError } from '../errors/liaison-error.js';

/**
 * What tenants are told of every call that failed, whatever the cause: a target that we refuse answers like one that is
 * down, so nobody can map the network that we run in (OWASP SSRF prevention).
 */
const detail = 'The other side could not be reached or gave no usable answer.';

/** Which rule the target or the call breaks; for logs, metrics and tests, never for tenants. */
export type OutboundRefusal = 'malformed' | 'scheme' | 'credentials' | 'port' | 'name' | 'address';

/** How a permitted call failed; the same audience. */
export type OutboundFailure = 'timeout' | 'network' | 'too-large' | 'tls';

/** We do not call that target. Code, kind and text are those of `OutboundFailed`; only the class tells them apart. */
export class OutboundRefused extends LiaisonError {
  readonly code = 'outbound-failed';
  readonly kind = 'upstream';
  constructor(
    readonly reason: OutboundRefusal,
    cause?: unknown,
  ) {
    super({ detail, cause });
  }
}

/** The call was permitted and brought no complete answer. The other side may have acted on it unless it surely was not sent. */
export class OutboundFailed extends LiaisonError {
  readonly code = 'outbound-failed';
  readonly kind = 'upstream';
  constructor(
    readonly reason: OutboundFailure,
    cause?: unknown,
    /** Whether the other side may have got the call: false only where no connection came about. */
    readonly mayHaveBeenSent = true,
  ) {
    super({ detail, cause });
  }
}
