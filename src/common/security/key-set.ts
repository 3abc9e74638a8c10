import { KeyList } from './key-list.js';
import { type KeySource, type WantedKey } from './key-source.js';
import { type PublishedKey } from './published-key.js';
import { KeysUnavailable, TokenRejected } from './token.errors.js';

/** Gets a JSON document. Must settle by itself within seconds and bound what it reads, as `fetchPublicJson` does. */
export type FetchJson = (url: string) => Promise<unknown>;

/** How a key set keeps up with its issuer; the defaults are what Entra's page on signing key rollover asks for. */
export interface KeySetOptions {
  readonly fetchJson: FetchJson;
  /** An older set is replaced before it is used. 24 hours by default. */
  readonly ttlMs?: number;
  /** An older set is used and replaced meanwhile. One hour by default. */
  readonly refreshAfterMs?: number;
  /** How long after one unknown key no other makes us ask again. Five minutes by default. */
  readonly unknownKeyFloorMs?: number;
  /** How long after a failure we do not ask again. Five seconds by default. */
  readonly retryAfterMs?: number;
  /** Whether a token that names no key is checked by the only key that fits its algorithm. Off by default. */
  readonly allowUnnamedKey?: boolean;
  /** Hears of every failure to get the keys; must not throw. */
  readonly onFailure?: (error: unknown) => void;
  /** Milliseconds; only differences count. A monotonic clock by default. */
  readonly now?: () => number;
}

/**
 * The published keys of one issuer, kept in memory and up to date. Nothing runs unless a key is asked for: there is no
 * timer to stop.
 *
 * However many tokens come in, one request at a time is made; a made-up `kid` can cause one request in five minutes and a
 * host that is down sees one in five seconds. When the host is down the last good set stays, whatever its age: its keys
 * were right, and refusing all would make our issuer's outage ours. A set that was got replaces the old one as a whole, so
 * a key that its issuer withdrew is gone with the next refresh.
 */
export class RemoteKeySet implements KeySource {
  readonly #options: Required<Omit<KeySetOptions, 'onFailure' | 'fetchJson'>>;
  readonly #onFailure: (error: unknown) => void;
  readonly #fetchList: () => Promise<unknown>;
  #list: KeyList | undefined;
  #loadedAt: number | undefined;
  #askedForUnknownAt: number | undefined;
  #failure: { readonly at: number; readonly error: unknown } | undefined;
  #flight: Promise<void> | undefined;

  /** `where` is the URL of the key list, or a function that finds it again for each refresh. */
  constructor(where: string | (() => Promise<string>), { fetchJson, onFailure, ...options }: KeySetOptions) {
    this.#options = {
      ttlMs: 24 * 3_600_000,
      refreshAfterMs: 3_600_000,
      unknownKeyFloorMs: 300_000,
      retryAfterMs: 5_000,
      allowUnnamedKey: false,
      now: () => performance.now(),
      ...options,
    };
    this.#onFailure = onFailure ?? (() => undefined);
    this.#fetchList = async () => fetchJson(typeof where === 'string' ? where : await where());
  }

  async find(wanted: WantedKey): Promise<PublishedKey> {
    let list = await this.#usableList();
    if (wanted.kid === undefined && wanted.x5t === undefined) {
      return known(this.#options.allowUnnamedKey ? list.findUnnamed(wanted) : undefined);
    }
    while (!list.knows(wanted) && (await this.#newerList())) list = this.#list ?? list;
    // The list that we hold cannot tell a made-up name from that of a key which is newer than it.
    if (!list.knows(wanted) && this.#failure !== undefined) throw new KeysUnavailable(this.#failure.error);
    return known(list.find(wanted));
  }

  async #usableList(): Promise<KeyList> {
    if (this.#isOlderThan(this.#options.ttlMs)) {
      if (this.#flight !== undefined || this.#mayTry()) await this.#refresh();
    } else if (this.#isOlderThan(this.#options.refreshAfterMs) && this.#mayTry()) void this.#refresh();
    if (this.#list === undefined) throw new KeysUnavailable(this.#failure?.error);
    return this.#list;
  }

  /** Waits for the next list where one is on its way or may be asked for; false when what we know is all there is. */
  async #newerList(): Promise<boolean> {
    if (this.#flight === undefined) {
      if (this.#isWithin(this.#askedForUnknownAt, this.#options.unknownKeyFloorMs) || !this.#mayTry()) return false;
      this.#askedForUnknownAt = this.#options.now();
    }
    await this.#refresh();
    return true;
  }

  /** Never rejects; those who come while a request is under way share it. */
  #refresh(): Promise<void> {
    this.#flight ??= this.#load().finally(() => (this.#flight = undefined));
    return this.#flight;
  }

  async #load(): Promise<void> {
    const startedAt = this.#options.now();
    try {
      this.#list = KeyList.read(await this.#fetchList());
      this.#loadedAt = startedAt;
      this.#failure = undefined;
    } catch (error) {
      this.#failure = { at: this.#options.now(), error };
      // Nothing was learnt, so the next unknown key may ask again once the host has had its pause.
      this.#askedForUnknownAt = undefined;
      this.#onFailure(error);
    }
  }

  #mayTry(): boolean {
    return !this.#isWithin(this.#failure?.at, this.#options.retryAfterMs);
  }

  #isOlderThan(ms: number): boolean {
    return !this.#isWithin(this.#loadedAt, ms);
  }

  #isWithin(since: number | undefined, ms: number): boolean {
    return since !== undefined && this.#options.now() - since < ms;
  }
}

function known(key: PublishedKey | undefined): PublishedKey {
  if (key === undefined) throw new TokenRejected('unknown-key');
  return key;
}
