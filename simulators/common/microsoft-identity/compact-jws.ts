import { constants, type KeyObject, sign } from 'node:crypto';

/** The algorithms an RSA key can sign with; Microsoft's identity platform only ever uses RS256. */
export type RsaAlgorithm = 'RS256' | 'RS384' | 'RS512' | 'PS256';

export type JsonMembers = Readonly<Record<string, unknown>>;

export function base64url(value: string | Uint8Array): string {
  return Buffer.from(value).toString('base64url');
}

export function encodedJson(members: JsonMembers): string {
  return base64url(JSON.stringify(members));
}

function rsaSignature(algorithm: RsaAlgorithm, input: string, privateKey: KeyObject): Buffer {
  const digest = `sha${algorithm.slice(2)}`;
  const padding = algorithm.startsWith('PS')
    ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
    : { padding: constants.RSA_PKCS1_PADDING };
  return sign(digest, Buffer.from(input, 'ascii'), { key: privateKey, ...padding });
}

/** A compact JWS (RFC 7515) over exactly this header and payload; members that are undefined are left out. */
export function compactJws(
  header: JsonMembers,
  payload: JsonMembers,
  privateKey: KeyObject,
  algorithm: RsaAlgorithm = 'RS256',
): string {
  return signedParts(encodedJson(header), encodedJson(payload), privateKey, algorithm);
}

/** A compact JWS over parts that are encoded already, however strangely. */
export function signedParts(
  header: string,
  payload: string,
  privateKey: KeyObject,
  algorithm: RsaAlgorithm = 'RS256',
): string {
  const input = `${header}.${payload}`;
  return `${input}.${base64url(rsaSignature(algorithm, input, privateKey))}`;
}
