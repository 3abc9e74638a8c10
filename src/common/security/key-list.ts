import { isJsonObject, memberOf, textOf } from '../json/json.js';
import { type WantedKey } from './key-source.js';
import { mayVerify, readPublishedKey, type PublishedKey } from './published-key.js';

/** More than any platform publishes; Bot Framework, the longest, has about a hundred. */
const maxEntries = 1_000;

/** The usable keys of one key list (RFC 7517 section 5), by the names they go by. */
export class KeyList {
  readonly #byKid = new Map<string, PublishedKey[]>();
  readonly #byThumbprint = new Map<string, PublishedKey[]>();

  private constructor(private readonly all: readonly PublishedKey[]) {
    for (const key of all) {
      addTo(this.#byKid, textOf(key.entry, 'kid'), key);
      addTo(this.#byThumbprint, textOf(key.entry, 'x5t'), key);
    }
  }

  /**
   * Reads a key list and leaves out what is not a key for signatures. Throws a `TypeError` for a document without a single
   * usable key, and for one with more than 1,000 entries: neither may take the place of a list that works.
   */
  static read(document: unknown): KeyList {
    const entries = isJsonObject(document) ? memberOf(document, 'keys') : undefined;
    if (!Array.isArray(entries) || entries.length > maxEntries) throw new TypeError('the document is not a key list');
    const keys = entries.map(readPublishedKey).filter((key) => key !== undefined);
    if (keys.length === 0) throw new TypeError('the key list holds no key for signatures');
    return new KeyList(keys);
  }

  /** Whether any usable key goes by the name that the token gives. */
  knows(wanted: WantedKey): boolean {
    return this.#named(wanted).length > 0;
  }

  /**
   * The key by `kid`, or by `x5t` for a token without one (Entra's first tokens name keys by both, others by one). Keys are
   * never tried in turn: where several different ones of that name fit, the list is ambiguous and there is no key (RFC
   * 7517 section 4.5 asks for distinct names). One key that is listed twice is one key.
   */
  find(wanted: WantedKey): PublishedKey | undefined {
    return theOnly(this.#named(wanted).filter((key) => isFit(key, wanted)));
  }

  /** The key for a token that names none, where just one fits its algorithm. */
  findUnnamed(wanted: WantedKey): PublishedKey | undefined {
    return theOnly(this.all.filter((key) => isFit(key, wanted)));
  }

  #named({ kid, x5t }: WantedKey): readonly PublishedKey[] {
    if (kid !== undefined) return this.#byKid.get(kid) ?? [];
    return x5t === undefined ? [] : (this.#byThumbprint.get(x5t) ?? []);
  }
}

function isFit(key: PublishedKey, { algorithm, accepts }: WantedKey): boolean {
  return mayVerify(key, algorithm) && accepts?.(key.entry) !== false;
}

function theOnly([first, ...others]: readonly PublishedKey[]): PublishedKey | undefined {
  return first !== undefined && others.every((other) => other.key.equals(first.key)) ? first : undefined;
}

function addTo(index: Map<string, PublishedKey[]>, name: string | undefined, key: PublishedKey): void {
  if (name === undefined) return;
  const known = index.get(name);
  if (known === undefined) index.set(name, [key]);
  else known.push(key);
}
