import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { hashApiKey } from '../common/security/api-key.js';
import { addressGroup } from './address-group.js';
import { REQUEST_LIMITS, type RequestLimits } from './request-limits.js';

/** Too many credentials from this address were not valid; for a while no unknown one is looked at. */
class TooManyFailedLogins extends LiaisonError {
  readonly code = 'too-many-failed-logins';
  readonly kind = 'caller';
  override readonly status = 429;
  constructor(retryAfterSeconds: number) {
    super({ detail: 'Too many credentials from this address were not valid.', retryAfterSeconds });
  }
}

const windowSeconds = 60;
/** A credential that was good this recently is looked at whatever others at its address do. */
const trustedMs = 24 * 3_600_000;

/**
 * Makes guessing slow: after a number of failures in a minute, what comes from that address is refused without a look.
 *
 * Behind a proxy many callers share one address, and one of them must not lock the others out. So a credential that was
 * good here in the last day is always looked at. Someone who guesses gains nothing by that, for theirs never was.
 */
@Injectable()
export class FailedLogins {
  readonly #failures = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowSeconds });
  readonly #good = new LRUCache<string, true>({ max: 10_000, ttl: trustedMs });

  constructor(@Inject(REQUEST_LIMITS) private readonly limits: RequestLimits) {}

  /** Throws `TooManyFailedLogins` where this credential from this address is not to be looked at now. */
  async refuseGuesses(address: string | undefined, credential: string): Promise<void> {
    if (this.limits.failedLoginsPerMinute === 0 || this.#good.has(digestOf(credential))) return;
    const failures = await this.#failures.get(addressGroup(address));
    if (failures !== null && failures.consumedPoints >= this.limits.failedLoginsPerMinute) {
      throw new TooManyFailedLogins(Math.ceil(failures.msBeforeNext / 1000));
    }
  }

  /** Notes that the credential was not valid, or is not any more. */
  async failed(address: string | undefined, credential: string): Promise<void> {
    if (this.limits.failedLoginsPerMinute === 0) return;
    this.#good.delete(digestOf(credential));
    await this.#failures.consume(addressGroup(address));
  }

  /** Notes that the credential was valid. */
  succeeded(credential: string): void {
    if (this.limits.failedLoginsPerMinute > 0) this.#good.set(digestOf(credential), true);
  }
}

/** Credentials themselves are kept nowhere. */
function digestOf(credential: string): string {
  return hashApiKey(credential).toString('base64url');
}
