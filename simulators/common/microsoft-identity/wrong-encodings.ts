import { constants, createCipheriv, publicEncrypt, randomBytes } from 'node:crypto';
import { base64url, compactJws, encodedJson, signedParts } from './compact-jws.js';
import { arguable, forged, type TokenWorkshop, type WrongToken } from './wrong-token.js';

/** Tokens that were changed after they were signed, or are no compact JWS at all. */
export function wrongEncodings(shop: TokenWorkshop): readonly WrongToken[] {
  return [...tampered(shop), ...shapes(shop), ...alphabets(shop), ...strangeJson(shop)];
}

function tampered({ header, claims, key, target }: TokenWorkshop): readonly WrongToken[] {
  const token = compactJws(header, claims, key.privateKey);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const bytes = Buffer.from(signature, 'base64url');
  const flipped = Buffer.from(bytes);
  flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100);
  const another =
    compactJws(header, { ...claims, aud: `${target.audience}/other` }, key.privateKey).split('.')[2] ?? '';
  return [
    forged(
      'payload tampered with',
      'The signature is of another payload.',
      `${head}.${encodedJson({ ...claims, exp: 4_102_444_800 })}.${signature}`,
    ),
    forged(
      'header tampered with',
      'The signature is of another header.',
      `${encodedJson({ ...header, note: 'added' })}.${payload}.${signature}`,
    ),
    forged('signature with one bit flipped', 'No other signature will do.', `${head}.${payload}.${base64url(flipped)}`),
    forged('signature of another token', 'The signature is of another payload.', `${head}.${payload}.${another}`),
    forged('signature of zeros', 'No other signature will do.', `${head}.${payload}.${base64url(Buffer.alloc(256))}`),
    forged(
      'signature of ones',
      'No other signature will do.',
      `${head}.${payload}.${base64url(Buffer.alloc(256, 0xff))}`,
    ),
    forged(
      'signature too short',
      'An RSA signature is as long as its key.',
      `${head}.${payload}.${base64url(bytes.subarray(0, 255))}`,
    ),
    forged(
      'signature too long',
      'An RSA signature is as long as its key.',
      `${head}.${payload}.${base64url(Buffer.concat([bytes, Buffer.alloc(1)]))}`,
    ),
  ];
}

function shapes({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const token = compactJws(header, claims, key.privateKey);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const parts = 'A token has three parts.';
  return [
    forged('truncated', 'Its end is missing.', token.slice(0, -20)),
    forged('without signature and dot', parts, `${head}.${payload}`),
    forged('header only', parts, head),
    forged('empty', parts, ''),
    forged('two dots', 'None of its parts says anything.', '..'),
    forged('word', 'It is no token.', 'token'),
    forged('dot at the end', parts, `${token}.`),
    forged('dot at the beginning', parts, `.${token}`),
    forged('dot doubled', parts, `${head}..${payload}.${signature}`),
    forged('two tokens in a row', parts, `${token}.${token}`),
    forged('two tokens with a comma', 'There is one token.', `${token},${token}`),
    forged(
      'encrypted',
      'Five parts are a JWE, which anybody can make for a public key.',
      encrypted(token, key.publicKey),
    ),
    forged(
      'JSON serialization',
      'The compact form is the only one in a header.',
      JSON.stringify({ payload, signatures: [{ protected: head, signature }] }),
    ),
    forged(
      'huge',
      'Nothing has to be parsed that is larger than any token of the platform.',
      `${head}.${encodedJson({ ...claims, padding: 'x'.repeat(65_536) })}.${signature}`,
    ),
  ];
}

function alphabets({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const token = compactJws(header, claims, key.privateKey);
  const [head = '', payload = '', signature = ''] = token.split('.');
  const plain = 'base64url has its own alphabet and no padding (RFC 7515, 2).';
  // Re-signed until the signature shows a character by which the two alphabets differ.
  const revealing = tokenWith(/[-_][^.]*$/, (note) => compactJws({ ...header, note }, claims, key.privateKey));
  return [
    forged('padding at the end', plain, `${token}=`),
    forged('padding in the middle', plain, `${head}=.${payload}==.${signature}==`),
    forged('padding signed over', plain, signedParts(`${head}=`, `${payload}=`, key.privateKey)),
    forged('space before', plain, ` ${head}.${payload}.${signature}`),
    forged('space within', plain, `${head}.${payload.slice(0, 10)} ${payload.slice(10)}.${signature}`),
    forged('spaces around the dots', plain, `${head} . ${payload} . ${signature}`),
    forged('tab within', plain, `${head}.${payload}.${signature.slice(0, 10)}\t${signature.slice(10)}`),
    forged('alphabet of base64', plain, revealing.replaceAll('-', '+').replaceAll('_', '/')),
    forged('stray character', plain, `${head}.${payload}.${signature.slice(0, 10)}!${signature.slice(10)}`),
    forged('percent-encoded dots', plain, token.replaceAll('.', '%2E')),
    forged('quoted', plain, `"${token}"`),
    arguable(
      forged(
        'signature with loose bits at its end',
        'The last character has bits that mean nothing, so one signature has several spellings.',
        `${head}.${payload}.${withLooseBits(signature)}`,
      ),
    ),
  ];
}

function strangeJson({ header, claims, key }: TokenWorkshop): readonly WrongToken[] {
  const raw = (head: string, payload: string): string =>
    signedParts(base64url(head), base64url(payload), key.privateKey);
  const headText = JSON.stringify(header);
  const text = JSON.stringify(claims);
  const twice = 'Names are unique (RFC 7519, 4): two parsers may see two tokens.';
  const noObject = 'The claims are a JSON object (RFC 7519, 7.2).';
  return [
    arguable(
      forged(
        'audience twice, the right one last',
        twice,
        raw(headText, `{"aud":"https://other.example",${text.slice(1)}`),
      ),
    ),
    forged(
      'audience twice, the wrong one last',
      twice,
      raw(headText, `${text.slice(0, -1)},"aud":"https://other.example"}`),
    ),
    arguable(forged('alg twice, the right one last', twice, raw(`{"alg":"none",${headText.slice(1)}`, text))),
    forged('alg twice, none last', twice, raw(`${headText.slice(0, -1)},"alg":"none"}`, text)),
    forged('payload a list', noObject, raw(headText, `[${text}]`)),
    forged('payload null', noObject, raw(headText, 'null')),
    forged('payload no JSON', noObject, raw(headText, 'aud=https://litware.com')),
    forged('payload empty', noObject, raw(headText, '')),
    forged('payload cut off', noObject, raw(headText, text.slice(0, -1))),
    forged('header no JSON', 'The header is a JSON object (RFC 7515, 4).', raw('RS256', text)),
    forged('header a list', 'The header is a JSON object (RFC 7515, 4).', raw(`[${headText}]`, text)),
    arguable(
      forged(
        'payload with broken UTF-8',
        'The claims are UTF-8 (RFC 7519, 3).',
        signedParts(
          base64url(headText),
          base64url(
            Buffer.concat([Buffer.from(`${text.slice(0, -1)},"name":"`), Buffer.from([0xff]), Buffer.from('"}')]),
          ),
          key.privateKey,
        ),
      ),
    ),
  ];
}

/** RSA-OAEP and A256GCM to the very key that verifies signatures (RFC 7516). */
function encrypted(token: string, publicKey: TokenWorkshop['key']['publicKey']): string {
  const header = encodedJson({ alg: 'RSA-OAEP', enc: 'A256GCM', cty: 'JWT' });
  const [contentKey, iv] = [randomBytes(32), randomBytes(12)];
  const wrapped = publicEncrypt({ key: publicKey, padding: constants.RSA_PKCS1_OAEP_PADDING }, contentKey);
  const cipher = createCipheriv('aes-256-gcm', contentKey, iv).setAAD(Buffer.from(header, 'ascii'));
  const content = Buffer.concat([cipher.update(token, 'ascii'), cipher.final()]);
  return [header, ...[wrapped, iv, content, cipher.getAuthTag()].map(base64url)].join('.');
}

function tokenWith(pattern: RegExp, make: (note: number) => string): string {
  for (let note = 0; ; note += 1) {
    const token = make(note);
    if (pattern.test(token)) return token;
  }
}

/** 256 bytes end in a character of which two bits count. */
function withLooseBits(signature: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const value = alphabet.indexOf(signature.slice(-1));
  return signature.slice(0, -1) + alphabet.charAt(value ^ 1);
}
