import { LiaisonError } from '../common/errors/liaison-error.js';

/** So many exports are being sent that another one has to wait. */
export class TooManyExports extends LiaisonError {
  readonly code = 'too-many-exports';
  readonly kind = 'caller';
  override readonly status = 429;

  constructor() {
    super({ detail: 'Too many exports are being read at this moment.', retryAfterSeconds: 10 });
  }
}
