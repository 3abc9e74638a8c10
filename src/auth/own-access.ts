import { InvalidInput, LiaisonError, type InputFault } from '../common/errors/liaison-error.js';
import { type Caller } from './caller.js';
import { type Scope } from './scopes.js';

/** What a key that is made allows. */
export interface KeyAccess {
  readonly scopes: readonly Scope[];
  /** Null: it does not end. */
  readonly expiresAt: Date | null;
  /** Null: the limit of all keys. */
  readonly requestsPerMinute: number | null;
}

/** A caller asked for a key that allows more than the caller's own credential does. */
export class ExceedsOwnAccess extends LiaisonError {
  readonly code = 'exceeds-own-access';
  readonly kind = 'caller';
  override readonly status = 403;
  constructor(faults: readonly InputFault[]) {
    super({ detail: `Nobody can make a key that allows more than their own credential does.`, faults });
  }
}

/**
 * What a caller gives away when this is asked for: whatever is left open takes the bound of the caller's own key, if that
 * has one. A JWT ends soon and is renewed, so its end bounds nothing. Throws `ExceedsOwnAccess` naming what is too much
 * and `InvalidInput` for an end that has passed.
 */
export function accessGivenBy(caller: Caller, asked: KeyAccess, now: Date): KeyAccess {
  const { scopes, expiresAt, requestsPerMinute } = asked;
  const own = caller.key ?? { expiresAt: null, requestsPerMinute: null };
  const faults: InputFault[] = [];
  if (!caller.scopes.includes('admin') && scopes.some((scope) => !caller.scopes.includes(scope))) {
    faults.push({ pointer: '/scopes', detail: `may hold ${caller.scopes.join(', ')} at most` });
  }
  if (own.expiresAt !== null && expiresAt !== null && expiresAt > own.expiresAt) {
    faults.push({ pointer: '/expiresAt', detail: `must not be after ${own.expiresAt.toISOString()}` });
  }
  if (own.requestsPerMinute !== null && requestsPerMinute !== null && requestsPerMinute > own.requestsPerMinute) {
    faults.push({ pointer: '/requestsPerMinute', detail: `must be ${own.requestsPerMinute} at most` });
  }
  if (faults.length > 0) throw new ExceedsOwnAccess(faults);
  if (expiresAt !== null && expiresAt <= now) {
    throw new InvalidInput({
      detail: 'The key would have ended already.',
      faults: [{ pointer: '/expiresAt', detail: 'must be in the future' }],
    });
  }
  return {
    scopes,
    expiresAt: expiresAt ?? own.expiresAt,
    requestsPerMinute: requestsPerMinute ?? own.requestsPerMinute,
  };
}
