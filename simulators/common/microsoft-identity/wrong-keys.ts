import { createHash } from 'node:crypto';
import { compactJws, encodedJson, type JsonMembers, signedParts } from './compact-jws.js';
import { arguable, forged, good, type TokenWorkshop, type WrongToken } from './wrong-token.js';

/** Tokens that are odd about which key signed them, or about other members of the header. */
export function wrongKeys(shop: TokenWorkshop): readonly WrongToken[] {
  return [...keyIds(shop), ...keysInTheHeader(shop), ...criticalHeaders(shop), ...types(shop)];
}

function keyIds({ header, claims, key, outsider, consumers }: TokenWorkshop): readonly WrongToken[] {
  const madeUp = createHash('sha1').update('no such key').digest('base64url');
  const signed = (members: JsonMembers): string => compactJws({ ...header, ...members }, claims, key.privateKey);
  return [
    forged(
      'another key under the same kid',
      'The kid names a key, it does not prove it.',
      compactJws(header, claims, outsider.privateKey),
    ),
    forged(
      'unknown kid',
      'No list has this key, whoever signed.',
      compactJws({ ...header, kid: madeUp, x5t: madeUp }, claims, outsider.privateKey),
    ),
    forged(
      'unknown kid, signed with the right key',
      'A key is found by its id, not by trying.',
      signed({ kid: madeUp, x5t: madeUp }),
    ),
    good(
      'no kid but x5t',
      'A key is named by kid, else by x5t; the family of psat tokens has only x5t.',
      signed({ kid: undefined }),
    ),
    good('no x5t but kid', 'Tokens of version 2 have only kid.', signed({ x5t: undefined })),
    forged('neither kid nor x5t', 'The token names no key.', signed({ kid: undefined, x5t: undefined })),
    forged(
      'kid in upper case',
      'Ids of keys are case-sensitive.',
      signed({ kid: key.kid.toUpperCase(), x5t: undefined }),
    ),
    forged('kid as a number', 'kid is a text.', signed({ kid: 1, x5t: undefined })),
    forged('kid as an object', 'kid is a text.', signed({ kid: { toString: key.kid }, x5t: undefined })),
    forged('kid __proto__', 'No list has a key of this name.', signed({ kid: '__proto__', x5t: undefined })),
    forged(
      'kid as a path',
      'The kid is looked up, it is not an address.',
      signed({ kid: '../../keys', x5t: undefined }),
    ),
    arguable(forged('kid and x5t disagree', 'In tokens of version 1 both are the same.', signed({ x5t: madeUp }))),
    forged(
      'signed with the key for personal accounts',
      'That key is listed for another issuer only.',
      compactJws({ ...header, kid: consumers.kid, x5t: consumers.kid }, claims, consumers.privateKey),
    ),
  ];
}

function keysInTheHeader({ header, claims, outsider }: TokenWorkshop): readonly WrongToken[] {
  const bait: readonly (readonly [string, JsonMembers])[] = [
    ['jwk', { jwk: { ...outsider.publicKey.export({ format: 'jwk' }), use: 'sig', alg: 'RS256' } }],
    ['jku', { jku: 'https://attacker.example/keys' }],
    ['x5u', { x5u: 'https://attacker.example/certificate.pem' }],
    ['x5c', { x5c: [outsider.certificate.toString('base64')] }],
  ];
  return bait.flatMap(([name, members]) => [
    forged(
      `${name} in the header under the right kid`,
      'A token cannot bring the key that proves it.',
      compactJws({ ...header, ...members }, claims, outsider.privateKey),
    ),
    forged(
      `${name} in the header under its own kid`,
      'A token cannot bring the key that proves it.',
      compactJws({ ...header, kid: outsider.kid, x5t: outsider.kid, ...members }, claims, outsider.privateKey),
    ),
  ]);
}

function criticalHeaders({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const signed = (members: JsonMembers): string => compactJws({ ...header, ...members }, claims, key.privateKey);
  const notUnderstood = 'What a header calls critical and nobody here understands makes it void (RFC 7515, 4.1.11).';
  return [
    forged('crit names an extension', notUnderstood, signed({ crit: ['liveness'], liveness: true })),
    forged('crit names what is not there', notUnderstood, signed({ crit: ['liveness'] })),
    forged('crit is empty', 'An empty crit is not allowed (RFC 7515, 4.1.11).', signed({ crit: [] })),
    forged('crit names a standard member', 'crit must not name alg (RFC 7515, 4.1.11).', signed({ crit: ['alg'] })),
    forged('crit is a text', 'crit is a list (RFC 7515, 4.1.11).', signed({ crit: 'exp' })),
    forged(
      'b64 false',
      'A JWT never has an unencoded payload (RFC 7797, 7).',
      signedParts(encodedJson({ ...header, b64: false, crit: ['b64'] }), JSON.stringify(claims), key.privateKey),
    ),
    arguable(
      forged(
        'b64 false without crit, payload encoded',
        'RFC 7797 asks for crit, so this header is broken; whoever does not know b64 sees a common token.',
        signed({ b64: false }),
      ),
    ),
  ];
}

function types({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const signed = (members: JsonMembers): string => compactJws({ ...header, ...members }, claims, key.privateKey);
  return [
    arguable(
      good('typ jwt in lower case', 'Media types are case-insensitive (RFC 7519, 5.1).', signed({ typ: 'jwt' })),
    ),
    arguable(good('typ missing', 'typ is optional (RFC 7519, 5.1).', signed({ typ: undefined }))),
    arguable(
      forged(
        'typ at+jwt',
        'The platform never says so; another kind of token may be meant.',
        signed({ typ: 'at+jwt' }),
      ),
    ),
    arguable(
      forged(
        'typ dpop+jwt',
        'One kind of token must not pass for another (RFC 8725, 3.11).',
        signed({ typ: 'dpop+jwt' }),
      ),
    ),
    arguable(forged('typ as a number', 'typ is a text.', signed({ typ: 1 }))),
    forged(
      'nested',
      'cty JWT announces a token within the token, and the payload is no object (RFC 7519, 5.2).',
      signedParts(
        encodedJson({ ...header, cty: 'JWT' }),
        Buffer.from(compactJws(header, claims, key.privateKey)).toString('base64url'),
        key.privateKey,
      ),
    ),
  ];
}
