import { LiaisonError } from '../common/errors/liaison-error.js';

/** The user came back without consent, or with an answer that does not belong to our request. */
export class CallbackRefused extends LiaisonError {
  readonly code = 'callback-refused';
  readonly kind = 'caller';
  constructor(
    /** The server's word, for example `access_denied`, or `invalid` where the answer itself is wrong. */
    readonly reason: string,
  ) {
    super({ detail: 'The authorization was not given, or its answer does not belong to a request of ours.' });
  }
}
