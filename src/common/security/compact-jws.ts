import { compactVerify, errors } from 'jose';
import { isJsonObject, parseJsonBytes, type JsonObject } from '../json/json.js';
import { decodeBase64url } from './base64url.js';
import { type PublishedKey } from './published-key.js';
import { repeatsMember } from './repeated-members.js';
import { type TokenAlgorithm } from './token-algorithm.js';

/** Longer than any token of a platform (Entra's stay below 8 kB) and as much as Node takes in all headers together. */
const maxCharacters = 16_384;

/** A signed text in the compact form of RFC 7515 section 7.1, taken apart and NOT proved. */
export interface CompactJws {
  readonly text: string;
  readonly header: JsonObject;
  readonly payload: Buffer;
}

/**
 * Takes a compact JWS apart: three parts in strict base64url, of which the first is a JSON object without repeated
 * members. `undefined` for everything else, such as the five parts of an encrypted token. Never throws.
 */
export function readCompactJws(text: string): CompactJws | undefined {
  if (text.length > maxCharacters) return undefined;
  const [protectedHeader, payload, signature, ...more] = text.split('.').map(decodeBase64url);
  if (protectedHeader === undefined || payload === undefined || signature === undefined || more.length > 0) {
    return undefined;
  }
  const header = readUniqueObject(protectedHeader);
  return header === undefined ? undefined : { text, header, payload };
}

/** The JSON object in these bytes, or `undefined` when they are anything else or an object in them repeats a member. */
export function readUniqueObject(bytes: Buffer): JsonObject | undefined {
  const parsed = parseJsonBytes(bytes);
  return parsed.ok && isJsonObject(parsed.value) && !repeatsMember(bytes.toString('utf8')) ? parsed.value : undefined;
}

/** Whether this key made the signature with this algorithm over exactly this header and payload. */
export async function hasValidSignature(
  jws: CompactJws,
  algorithm: TokenAlgorithm,
  { key }: PublishedKey,
): Promise<boolean> {
  try {
    await compactVerify(jws.text, key, { algorithms: [algorithm] });
    return true;
  } catch (error) {
    if (error instanceof errors.JOSEError) return false;
    throw error;
  }
}
