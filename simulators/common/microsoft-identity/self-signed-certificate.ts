import { type KeyObject, randomBytes, sign } from 'node:crypto';

const tags = {
  integer: 0x02,
  bitString: 0x03,
  null: 0x05,
  objectIdentifier: 0x06,
  utf8String: 0x0c,
  utcTime: 0x17,
  sequence: 0x30,
  set: 0x31,
  explicitZero: 0xa0,
} as const;

const sha256WithRsaEncryption = Buffer.from('2a864886f70d01010b', 'hex');
const commonName = Buffer.from('550403', 'hex');

/** A certificate (X.509 v3, DER) like the ones behind x5c and x5t: signed by its own RSA key, valid for five years. */
export function selfSignedCertificate(
  publicKey: KeyObject,
  privateKey: KeyObject,
  subject: string,
  at: number,
): Buffer {
  const algorithm = der(tags.sequence, der(tags.objectIdentifier, sha256WithRsaEncryption), der(tags.null));
  const attribute = der(
    tags.sequence,
    der(tags.objectIdentifier, commonName),
    der(tags.utf8String, Buffer.from(subject, 'utf8')),
  );
  const name = der(tags.sequence, der(tags.set, attribute));
  const fiveYears = 5 * 365 * 86_400_000;
  const content = der(
    tags.sequence,
    der(tags.explicitZero, der(tags.integer, Buffer.from([2]))),
    der(tags.integer, Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name,
    der(tags.sequence, der(tags.utcTime, utcTime(at)), der(tags.utcTime, utcTime(at + fiveYears))),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
  );
  const signature = sign('sha256', content, privateKey);
  return der(tags.sequence, content, algorithm, der(tags.bitString, Buffer.from([0]), signature));
}

function der(tag: number, ...parts: readonly Uint8Array[]): Buffer {
  const content = Buffer.concat(parts);
  return Buffer.concat([Buffer.from([tag]), lengthOctets(content.length), content]);
}

function lengthOctets(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  return length < 0x100 ? Buffer.from([0x81, length]) : Buffer.from([0x82, length >> 8, length & 0xff]);
}

function utcTime(at: number): Buffer {
  const digits = new Date(at).toISOString().replace(/\D/g, '');
  return Buffer.from(`${digits.slice(2, 14)}Z`, 'ascii');
}
