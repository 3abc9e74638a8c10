import { Inject, Injectable } from '@nestjs/common';
import { type Response } from 'express';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { type Caller } from './caller.js';
import { REQUEST_LIMITS, type RequestLimits } from './request-limits.js';

/** A credential made more requests than it may. */
export class RateLimited extends LiaisonError {
  readonly code = 'rate-limited';
  readonly kind = 'caller';
  override readonly status = 429;
  constructor(quota: number, retryAfterSeconds: number) {
    super({ detail: `This credential may make ${quota} requests a minute.`, retryAfterSeconds });
  }
}

const windowSeconds = 60;

/**
 * Counts the requests of each credential in windows of a minute that begin with its first request. The counts are in this
 * process' memory: of several processes each allows the whole quota.
 */
@Injectable()
export class RateLimit {
  // Keys have quotas of their own, so the library counts and the quota is held against its count.
  readonly #counts = new RateLimiterMemory({ points: Number.MAX_SAFE_INTEGER, duration: windowSeconds });

  constructor(@Inject(REQUEST_LIMITS) private readonly limits: RequestLimits) {}

  /**
   * Counts a request and says in the answer how the caller stands, by the fields of
   * draft-ietf-httpapi-ratelimit-headers-11 (sections 3 and 4). Throws `RateLimited` when it is one too many.
   */
  async enforce(caller: Caller, response: Response): Promise<void> {
    const quota = caller.key?.requestsPerMinute ?? this.limits.requestsPerMinute;
    if (quota === 0) return;
    const { consumedPoints, msBeforeNext } = await this.#counts.consume(
      JSON.stringify([caller.tenantId, caller.subject]),
    );
    const resetSeconds = Math.ceil(msBeforeNext / 1000);
    response.setHeader('ratelimit-policy', `"caller";q=${quota};w=${windowSeconds}`);
    response.setHeader('ratelimit', `"caller";r=${Math.max(0, quota - consumedPoints)};t=${resetSeconds}`);
    if (consumedPoints > quota) throw new RateLimited(quota, resetSeconds);
  }
}
