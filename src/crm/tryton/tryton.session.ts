import { LRUCache } from 'lru-cache';
import { sha256 } from '../../common/security/sha256.js';
import { type Secret } from '../../common/security/secret.js';

/**
 * Sessions of this process, so that not every piece of work logs in: Tryton keeps a row for each login until it is 30 days
 * old, and checks passwords slowly on purpose. What one is found by includes the password, so that a new one logs in anew.
 */
export class TrytonSessions {
  readonly #held = new LRUCache<string, Secret>({ max: 1_000 });

  find(parts: readonly string[]): Secret | undefined {
    return this.#held.get(nameOf(parts));
  }

  keep(parts: readonly string[], session: Secret): void {
    this.#held.set(nameOf(parts), session);
  }

  /** Only the one that has ended: somebody else may have logged in meanwhile. */
  drop(parts: readonly string[], session: Secret): void {
    const name = nameOf(parts);
    if (this.#held.get(name) === session) this.#held.delete(name);
  }
}

function nameOf(parts: readonly string[]): string {
  return sha256(JSON.stringify(parts)).toString('base64');
}
