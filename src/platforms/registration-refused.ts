import { LiaisonError } from '../common/errors/liaison-error.js';

/**
 * Why a platform does not register a webhook as we ask. `not-allowed`: the token may not. `conflict`: there is one like it.
 * `gone`: the webhook does not exist (any more). `invalid`: everything else, for example a filter on what nobody can see.
 */
export type RegistrationRefusal = 'not-allowed' | 'conflict' | 'gone' | 'invalid';

/** The platform says no to a registration, and will say no again until somebody changes something. */
export class RegistrationRefused extends LiaisonError {
  readonly code = 'registration-refused';
  readonly kind = 'upstream';
  constructor(
    readonly reason: RegistrationRefusal,
    cause?: unknown,
  ) {
    super({ detail: 'The platform refuses the registration of a webhook.', cause });
  }
}
