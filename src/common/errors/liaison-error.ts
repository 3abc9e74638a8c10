/**
 * What kind of failure this is decides the answer and whether work is tried again, so that the two cannot disagree.
 * `caller`: the request is at fault (4xx), never retried. `unavailable`: we cannot serve it now (503), worth retrying.
 * `upstream`: somebody else failed (502), retried. `bug`: ours (500), reported and not retried.
 */
export type ErrorKind = 'caller' | 'unavailable' | 'upstream' | 'bug';

/** One place in the input that is wrong: a JSON pointer or a parameter name, and what would be right. */
export interface InputFault {
  readonly pointer: string;
  readonly detail: string;
}

export interface LiaisonErrorDetails {
  /** Safe to show to whoever called us: never a secret, a query or a host. */
  readonly detail: string;
  readonly cause?: unknown;
  readonly faults?: readonly InputFault[];
  /** Seconds after which another try makes sense. */
  readonly retryAfterSeconds?: number;
  /** What the answer's headers say besides, such as `allow`. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** The base of every error that we raise on purpose; `code` is stable and listed in docs/problems.md. */
export abstract class LiaisonError extends Error {
  abstract readonly code: string;
  abstract readonly kind: ErrorKind;
  /** The HTTP status, where the one of the kind does not fit. */
  readonly status: number | undefined = undefined;
  readonly detail: string;
  readonly faults: readonly InputFault[];
  readonly retryAfterSeconds: number | undefined;
  readonly headers: Readonly<Record<string, string>>;

  constructor(details: LiaisonErrorDetails) {
    super(details.detail, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.detail = details.detail;
    this.faults = details.faults ?? [];
    this.retryAfterSeconds = details.retryAfterSeconds;
    this.headers = details.headers ?? {};
  }
}

/** The thing asked for does not exist for this caller; another tenant's thing answers the same. */
export class NotFound extends LiaisonError {
  readonly code = 'not-found';
  readonly kind = 'caller';
  override readonly status = 404;
}

/** The input breaks a rule; `faults` names each place. */
export class InvalidInput extends LiaisonError {
  readonly code = 'invalid-input';
  readonly kind = 'caller';
}

/** The request is well-formed but contradicts what is there. */
export class Conflict extends LiaisonError {
  readonly code = 'conflict';
  readonly kind = 'caller';
  override readonly status = 409;
}

/** Nothing could be stored or read in time; the same request may succeed later. */
export class StorageUnavailable extends LiaisonError {
  readonly code = 'storage-unavailable';
  readonly kind = 'unavailable';
}
