import { Inject, Injectable } from '@nestjs/common';
import { type Caller } from '../auth/caller.js';
import { TooManyStreams } from './feed.errors.js';
import { FEED_LIMITS, type FeedLimits } from './feed-pace.js';

/** Counts who keeps a stream or a waiting request open at this process, so that nobody can use up its sockets. */
@Injectable()
export class FeedPlaces {
  readonly #taken = new Map<string, number>();

  constructor(@Inject(FEED_LIMITS) private readonly limits: FeedLimits) {}

  /** Takes a place and answers how to give it back, once. Throws `TooManyStreams`. */
  take({ tenantId, subject }: Caller): () => void {
    const tenant = JSON.stringify([tenantId]);
    const caller = JSON.stringify([tenantId, subject]);
    if (this.#count(caller) >= this.limits.perCaller) throw new TooManyStreams('credential', this.limits.perCaller);
    if (this.#count(tenant) >= this.limits.perTenant) throw new TooManyStreams('tenant', this.limits.perTenant);
    for (const key of [tenant, caller]) this.#taken.set(key, this.#count(key) + 1);
    let isGivenBack = false;
    return () => {
      if (isGivenBack) return;
      isGivenBack = true;
      for (const key of [tenant, caller]) {
        const left = this.#count(key) - 1;
        if (left === 0) this.#taken.delete(key);
        else this.#taken.set(key, left);
      }
    };
  }

  #count(key: string): number {
    return this.#taken.get(key) ?? 0;
  }
}
