import { type JsonObject } from '../json/json.js';
import { type PublishedKey } from './published-key.js';
import { type TokenHeader } from './token-header.js';

/** What an unproved token says about the key that signed it. */
export interface WantedKey extends TokenHeader {
  readonly claims: JsonObject;
  /** What else the published entry must say, where its issuer says more than RFC 7517. */
  readonly accepts?: (entry: JsonObject) => boolean;
}

/** Where the keys of an issuer come from. */
export interface KeySource {
  /**
   * The one key that the token must be signed with. Throws `TokenRejected` with `unknown-key` when there is none, or more
   * than one, and `KeysUnavailable` when that cannot be told now.
   */
  find(wanted: WantedKey): Promise<PublishedKey>;
}
