import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { base64url, compactJws, encodedJson, type RsaAlgorithm } from './compact-jws.js';
import { forged, type TokenWorkshop, type WrongToken } from './wrong-token.js';

/** Tokens that try to choose how they are verified (RFC 8725, 2.1). */
export function wrongAlgorithms(shop: TokenWorkshop): readonly WrongToken[] {
  return [...unsigned(shop), ...keyedWithThePublicKey(shop), ...otherAlgorithms(shop)];
}

function unsigned({ header, claims }: TokenWorkshop): readonly WrongToken[] {
  const payload = encodedJson(claims);
  const casings = ['none', 'None', 'NONE', 'nOnE', ''].map((alg) =>
    forged(
      `alg ${JSON.stringify(alg)} without signature`,
      'A token that says it is not signed proves nothing, however it spells that.',
      `${encodedJson({ ...header, alg })}.${payload}.`,
    ),
  );
  return [
    ...casings,
    forged(
      'alg none with a signature',
      'Bytes after the last dot do not make an unsigned token signed.',
      `${encodedJson({ ...header, alg: 'none' })}.${payload}.${base64url(Buffer.alloc(256, 7))}`,
    ),
    forged('alg RS256 without signature', 'An empty signature is none.', `${encodedJson(header)}.${payload}.`),
    forged(
      'alg missing',
      'Without alg the header is no JWS header (RFC 7515, 4.1.1).',
      `${encodedJson({ ...header, alg: undefined })}.${payload}.`,
    ),
  ];
}

function keyedWithThePublicKey({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const spki = key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const pkcs1 = key.publicKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  const modulus = key.publicKey.export({ format: 'jwk' }).n ?? '';
  const x5c = key.certificate.toString('base64');
  const secrets: readonly (readonly [string, string | Buffer])[] = [
    ['as PEM', spki],
    ['as PEM without the last line end', spki.trimEnd()],
    ['as PKCS#1 PEM', pkcs1],
    ['as DER', key.publicKey.export({ type: 'spki', format: 'der' })],
    ['as the text of its modulus', modulus],
    ['as the bytes of its modulus', Buffer.from(modulus, 'base64url')],
    ['as the certificate of the key list', x5c],
    ['as the PEM certificate of the key list', `-----BEGIN CERTIFICATE-----\n${x5c}\n-----END CERTIFICATE-----`],
  ];
  const keyed = secrets.map(([form, secret]) =>
    hmacToken(`HS256 keyed with the public key ${form}`, header, claims, secret),
  );
  return [...keyed, hmacToken('HS256 keyed with nothing', header, claims, '')];
}

function hmacToken(
  name: string,
  header: TokenWorkshop['header'],
  claims: TokenWorkshop['claims'],
  secret: string | Buffer,
): WrongToken {
  const input = `${encodedJson({ ...header, alg: 'HS256' })}.${encodedJson(claims)}`;
  const tag = createHmac('sha256', secret).update(input).digest();
  return forged(
    name,
    'Everybody knows the public key, so whoever lets the header choose HMAC lets everybody sign.',
    `${input}.${base64url(tag)}`,
  );
}

function otherAlgorithms({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const others: readonly RsaAlgorithm[] = ['PS256', 'RS384', 'RS512'];
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const input = `${encodedJson({ ...header, alg: 'ES256' })}.${encodedJson(claims)}`;
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' });
  return [
    ...others.map((alg) =>
      forged(
        `${alg} signed with the right key`,
        'The platform signs with RS256 only, so the list of algorithms has one entry.',
        compactJws({ ...header, alg }, claims, key.privateKey, alg),
      ),
    ),
    forged(
      'RS256 announced, PS256 signed',
      'The signature is of another scheme than the header says.',
      compactJws(header, claims, key.privateKey, 'PS256'),
    ),
    forged(
      'alg rs256 in lower case',
      'Names of algorithms are case-sensitive (RFC 7515, 4.1.1).',
      compactJws({ ...header, alg: 'rs256' }, claims, key.privateKey),
    ),
    forged('alg as a list', 'alg is one text.', compactJws({ ...header, alg: ['RS256'] }, claims, key.privateKey)),
    forged(
      'ES256 of a key of its own',
      'The key in the list is no elliptic curve.',
      `${input}.${base64url(signature)}`,
    ),
  ];
}
