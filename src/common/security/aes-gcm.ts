import { createCipheriv, createDecipheriv, type KeyObject } from 'node:crypto';

const ALGORITHM = 'aes-256-gcm';
const KEY_BYTES = 32;

/** The only IV length accepted: NIST SP 800-38D section 5.2.1.1 recommends 96 bits and nothing else is interoperable. */
export const IV_BYTES = 12;

/** Full length always: a shorter tag is a weaker proof (NIST SP 800-38D appendix C). */
export const TAG_BYTES = 16;

/** What both directions need; `aad` is authenticated but not kept in the output. */
export interface AesGcmParameters {
  readonly key: KeyObject;
  readonly iv: Uint8Array;
  readonly aad: Uint8Array;
}

/**
 * AES-256-GCM (NIST SP 800-38D): the ciphertext followed by its 16-byte tag.
 *
 * The caller must never use one IV twice with a key. Throws a `RangeError` for a key that is not 32 bytes or an IV that
 * is not 12.
 */
export function aesGcmEncrypt(parameters: AesGcmParameters, plaintext: Uint8Array): Buffer {
  refuseOtherSizes(parameters);
  const cipher = createCipheriv(ALGORITHM, parameters.key, parameters.iv, { authTagLength: TAG_BYTES });
  cipher.setAAD(parameters.aad);
  return Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()]);
}

/**
 * The plaintext, or `undefined` when the tag does not prove key, IV, associated data and every bit of the ciphertext.
 *
 * No byte is released before the proof. Throws a `RangeError` for the sizes {@link aesGcmEncrypt} refuses.
 */
export function aesGcmDecrypt(parameters: AesGcmParameters, ciphertextAndTag: Uint8Array): Buffer | undefined {
  refuseOtherSizes(parameters);
  const ciphertextBytes = ciphertextAndTag.byteLength - TAG_BYTES;
  if (ciphertextBytes < 0) {
    return undefined;
  }
  const decipher = createDecipheriv(ALGORITHM, parameters.key, parameters.iv, { authTagLength: TAG_BYTES });
  decipher.setAAD(parameters.aad);
  decipher.setAuthTag(ciphertextAndTag.subarray(ciphertextBytes));
  const unproven = decipher.update(ciphertextAndTag.subarray(0, ciphertextBytes));
  try {
    return Buffer.concat([unproven, decipher.final()]);
  } catch {
    return undefined;
  }
}

function refuseOtherSizes({ key, iv }: AesGcmParameters): void {
  if (key.symmetricKeySize !== KEY_BYTES) {
    throw new RangeError('an AES-256-GCM key must be 32 bytes');
  }
  if (iv.byteLength !== IV_BYTES) {
    throw new RangeError('an AES-GCM IV must be 12 bytes');
  }
}
