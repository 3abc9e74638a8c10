import { LiaisonError } from '../../../common/errors/liaison-error.js';
import { type Failure } from '../../../events/event-map.js';

/** The platform understood the call and said no; the same call will be refused again. */
export class CallRefused extends LiaisonError {
  readonly code = 'platform-refused';
  readonly kind = 'caller';
  constructor(
    /** What the platform answered with; the status of our own answer is another matter. */
    readonly platformStatus: number,
    readonly failure: Failure,
  ) {
    // Its message is free text of another service; codes are short words.
    const words = [failure.code, failure.subcode]
      .filter((word) => word !== undefined)
      .map((word) => word.slice(0, 100));
    super({ detail: `The platform refused the call: ${words.join(', ')}.` });
  }
}

/** The platform named an address that our token must not go to; see `trustedHref`. Nothing was sent. */
export class HrefNotTrusted extends LiaisonError {
  readonly code = 'href-not-trusted';
  readonly kind = 'caller';
  constructor() {
    super({ detail: 'The platform points to a host that is neither that of apiUrl nor in allowedHosts.' });
  }
}

/** The resource does not offer the action: its state or the permissions of the app do not allow it now. */
export class NotOffered extends LiaisonError {
  readonly code = 'not-offered';
  readonly kind = 'caller';
  constructor(rel: string) {
    super({ detail: `The platform offers no ${rel} here: the state or the permissions of the app do not allow it.` });
  }
}
