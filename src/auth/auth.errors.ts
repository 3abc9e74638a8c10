import { LiaisonError } from '../common/errors/liaison-error.js';

/** No credential, or one that is not valid; which of the two is not told. */
export class NotAuthenticated extends LiaisonError {
  readonly code = 'not-authenticated';
  readonly kind = 'caller';
  override readonly status = 401;
  constructor(cause?: unknown) {
    super({ detail: 'Send a valid API key or JWT as `Authorization: Bearer <credential>`.', cause });
  }
}

/** The credential is valid but lacks the scope that the route asks for. */
export class ScopeMissing extends LiaisonError {
  readonly code = 'scope-missing';
  readonly kind = 'caller';
  override readonly status = 403;
  constructor(scope: string) {
    super({ detail: `This needs the scope ${scope}.` });
  }
}
