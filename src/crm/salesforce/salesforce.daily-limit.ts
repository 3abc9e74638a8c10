import { LRUCache } from 'lru-cache';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';

/** The rest is for people and for the org's other apps. */
const ourShare = 0.95;
/** The limit is one of 24 hours that pass hour by hour, so it makes no sense to ask more often. */
export const limitRestSeconds = 900;
/** The org's own and, where one is set, that of the app (`per-app-api-usage`). */
const usages = /api-usage=(\d+)\/(\d+)/g;

/**
 * Keeps calls away from orgs whose daily limit is nearly used up, by what each answer says of it in `Sforce-Limit-Info`. It is
 * remembered in this process; another one learns it from its own next answer.
 */
export class DailyLimit {
  readonly #restsUntil = new LRUCache<string, number>({ max: 10_000 });

  constructor(private readonly now: () => number = Date.now) {}

  /** Throws `PlatformUnavailable` with the time while the org is to be left alone. */
  heed(instanceUrl: string): void {
    const seconds = Math.ceil(((this.#restsUntil.get(instanceUrl) ?? 0) - this.now()) / 1_000);
    if (seconds > 0) throw new PlatformUnavailable('rate-limited', { retryAfterSeconds: seconds });
  }

  note(instanceUrl: string, limitInfo: string | undefined): void {
    const isNear = [...(limitInfo ?? '').matchAll(usages)].some(
      ([, used, limit]) => Number(used) >= ourShare * Number(limit),
    );
    if (isNear) this.#restsUntil.set(instanceUrl, this.now() + limitRestSeconds * 1_000);
  }
}
