import { createSecretKey, randomBytes, type KeyObject } from 'node:crypto';

import { aesGcmDecrypt, aesGcmEncrypt, IV_BYTES, TAG_BYTES } from './aes-gcm.js';
import { utf8Bytes } from './utf8.js';

const VERSION = 'v1';
const KEY_BYTES = 32;
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/;
const SEALED = /^v1\.([A-Za-z0-9_-]{1,32})\.([A-Za-z0-9_-]{16})\.([A-Za-z0-9_-]+)$/;
const ID_RULE = 'the id must be 1 to 32 letters, digits, "_" or "-"';
const KEY_RULE = 'the key must be 32 bytes in padded standard base64';

/** A key that protects secrets at rest, and the name sealed values know it by. */
export interface MasterKey {
  readonly id: string;
  /** 32 bytes. */
  readonly key: KeyObject;
}

/** Why a sealed value was not opened. Stable: callers and dashboards may rely on it. */
export type SecretBoxErrorCode = 'unknown-master-key' | 'cannot-open' | 'malformed-sealed-value';

const MESSAGES: Readonly<Record<SecretBoxErrorCode, string>> = {
  'unknown-master-key': 'the value was sealed with a master key that is not configured',
  'cannot-open': 'the value was not sealed with this master key for this place, or it was changed since',
  'malformed-sealed-value': 'the value does not have the form of a sealed value',
};

/** Says which rule a sealed value failed; its message never holds a key, a plaintext or the value. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';

  constructor(readonly code: SecretBoxErrorCode) {
    super(MESSAGES[code]);
  }
}

/**
 * Reads master keys from a setting: `id:base64key`, several separated by commas, the sealing key first.
 *
 * A key is 32 bytes in padded standard base64, an id is 1 to 32 letters, digits, `_` or `-`, used once. Throws a
 * `RangeError` that names the position and the rule broken, never what stood there.
 */
export function parseMasterKeys(text: string): readonly MasterKey[] {
  const entries = text.split(',');
  const keys = entries.map((entry, index) => parseMasterKey(entry, `master key ${index + 1} of ${entries.length}`));
  refuseRepeatedIds(keys);
  return keys;
}

/** A new random master key in the form {@link parseMasterKeys} reads. */
export function generateMasterKey(): string {
  return `k${randomBytes(4).toString('hex')}:${randomBytes(KEY_BYTES).toString('base64')}`;
}

/**
 * Seals short secrets (tokens, webhook secrets) for storage and opens them again.
 *
 * AES-256-GCM with a fresh random IV for every seal. A sealed value is bound to the version, the master key's id and
 * `boundTo` (say, table, column and row id), so it opens nowhere else: copied to another row it is refused. The text is
 * `v1.<key id>.<IV>.<ciphertext and tag>`, the last two in base64url; one value has one spelling.
 *
 * Random IVs allow 2^32 seals with one key (NIST SP 800-38D section 8.3); replace the key long before that. To replace
 * it, put the new key first and keep the old ones behind it until no stored value is {@link needsResealing}.
 */
export class SecretBox {
  readonly #sealing: MasterKey;
  readonly #keys: ReadonlyMap<string, MasterKey>;

  /** The first key seals, all open. Throws a `RangeError` without keys, for a repeated id or an unusable key. */
  constructor(keys: readonly MasterKey[]) {
    const [sealing] = keys;
    if (sealing === undefined) {
      throw new RangeError('a secret box needs at least one master key');
    }
    keys.forEach(({ id, key }, index) => {
      const position = `master key ${index + 1} of ${keys.length}`;
      if (!KEY_ID.test(id)) {
        throw new RangeError(`${position}: ${ID_RULE}`);
      }
      if (key.symmetricKeySize !== KEY_BYTES) {
        throw new RangeError(`${position}: ${KEY_RULE}`);
      }
    });
    refuseRepeatedIds(keys);
    this.#sealing = sealing;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  /** The id of the key new values are sealed with. */
  get sealingKeyId(): string {
    return this.#sealing.id;
  }

  /**
   * The sealed form of `plaintext`, different at every call. Half of a surrogate pair in either text has no UTF-8 form
   * and is refused with a `TypeError`.
   */
  seal(plaintext: string, boundTo: string): string {
    const { id, key } = this.#sealing;
    const iv = randomBytes(IV_BYTES);
    const sealed = aesGcmEncrypt({ key, iv, aad: associatedData(id, boundTo) }, utf8Bytes(plaintext));
    return `${VERSION}.${id}.${iv.toString('base64url')}.${sealed.toString('base64url')}`;
  }

  /**
   * The plaintext sealed for `boundTo`; otherwise a {@link SecretBoxError}: `malformed-sealed-value` for another form,
   * `unknown-master-key` for a key that is not configured, `cannot-open` for a wrong key, a wrong place or any change.
   * A `boundTo` that {@link seal} refuses is a `TypeError` here too.
   */
  open(sealed: string, boundTo: string): string {
    const { keyId, iv, ciphertextAndTag } = parseSealed(sealed);
    const master = this.#keys.get(keyId);
    if (master === undefined) {
      throw new SecretBoxError('unknown-master-key');
    }
    const plaintext = aesGcmDecrypt({ key: master.key, iv, aad: associatedData(keyId, boundTo) }, ciphertextAndTag);
    if (plaintext === undefined) {
      throw new SecretBoxError('cannot-open');
    }
    return plaintext.toString('utf8');
  }

  /**
   * Whether a value was sealed with another key than the one that seals now. Reads the key id only, so it does not
   * prove that the value opens. Throws {@link SecretBoxError} `malformed-sealed-value` for another form.
   */
  needsResealing(sealed: string): boolean {
    return parseSealed(sealed).keyId !== this.#sealing.id;
  }
}

function parseMasterKey(entry: string, position: string): MasterKey {
  const colon = entry.indexOf(':');
  if (colon < 0) {
    throw new RangeError(`${position}: must be id:base64key`);
  }
  const id = entry.slice(0, colon);
  if (!KEY_ID.test(id)) {
    throw new RangeError(`${position}: ${ID_RULE}`);
  }
  const bytes = decodeStrictly(entry.slice(colon + 1), 'base64');
  if (bytes?.byteLength !== KEY_BYTES) {
    throw new RangeError(`${position}: ${KEY_RULE}`);
  }
  return { id, key: createSecretKey(bytes) };
}

function refuseRepeatedIds(keys: readonly MasterKey[]): void {
  const positions = new Map<string, number>();
  keys.forEach(({ id }, index) => {
    const first = positions.get(id);
    if (first !== undefined) {
      throw new RangeError(`master key ${index + 1} of ${keys.length}: has the id of master key ${first}`);
    }
    positions.set(id, index + 1);
  });
}

/** Neither the version nor a key id can hold a dot, so no two triples give the same bytes. */
function associatedData(keyId: string, boundTo: string): Buffer {
  return utf8Bytes(`${VERSION}.${keyId}.${boundTo}`);
}

interface SealedParts {
  readonly keyId: string;
  readonly iv: Buffer;
  readonly ciphertextAndTag: Buffer;
}

function parseSealed(sealed: string): SealedParts {
  const [, keyId, ivText, ciphertextText] = SEALED.exec(sealed) ?? [];
  const iv = decodeStrictly(ivText, 'base64url');
  const ciphertextAndTag = decodeStrictly(ciphertextText, 'base64url');
  if (keyId === undefined || iv === undefined || ciphertextAndTag === undefined) {
    throw new SecretBoxError('malformed-sealed-value');
  }
  if (ciphertextAndTag.byteLength < TAG_BYTES) {
    throw new SecretBoxError('malformed-sealed-value');
  }
  return { keyId, iv, ciphertextAndTag };
}

/** Node skips what it cannot read and ignores spare bits (RFC 4648 section 3.5), so only a text it would write counts. */
function decodeStrictly(text: string | undefined, encoding: 'base64' | 'base64url'): Buffer | undefined {
  if (text === undefined) {
    return undefined;
  }
  const bytes = Buffer.from(text, encoding);
  return bytes.toString(encoding) === text ? bytes : undefined;
}
