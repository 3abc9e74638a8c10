import { constants, createHmac, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { type KeySource, type WantedKey } from './key-source.js';
import { KeyList } from './key-list.js';
import { proveToken, verifyToken, type TokenRules } from './token-verifier.js';
import { KeysUnavailable, TokenRejected } from './token.errors.js';

const now = 1_763_800_000;
const ours = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const theirs = generateKeyPairSync('rsa', { modulusLength: 2_048 });
const curve = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const publicJwk = (key: KeyObject, kid: string): object => ({ ...key.export({ format: 'jwk' }), kid, use: 'sig' });

/** The keys of the issuer, counting how often one is looked for. */
class CountedKeys implements KeySource {
  asked = 0;
  readonly #list = KeyList.read({ keys: [publicJwk(ours.publicKey, 'rsa'), publicJwk(curve.publicKey, 'ec')] });

  find(wanted: WantedKey): ReturnType<KeySource['find']> {
    this.asked += 1;
    const key = this.#list.find(wanted);
    return key === undefined ? Promise.reject(new TokenRejected('unknown-key')) : Promise.resolve(key);
  }
}

const validHeader = { alg: 'RS256', kid: 'rsa' };
const validClaims = {
  iss: 'https://issuer.example',
  aud: 'liaison',
  sub: 'ann',
  group: 'a',
  app: 'x',
  iat: now,
  nbf: now,
  exp: now + 600,
};

type Signer = (input: string) => Buffer;
const rs =
  (hash: string, key = ours.privateKey): Signer =>
  (input) =>
    sign(hash, Buffer.from(input), key);
const ps =
  (hash: string): Signer =>
  (input) =>
    sign(hash, Buffer.from(input), { key: ours.privateKey, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 });
const es: Signer = (input) => sign('sha256', Buffer.from(input), { key: curve.privateKey, dsaEncoding: 'ieee-p1363' });

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

function mint(header: unknown = validHeader, claims: unknown = validClaims, signer = rs('sha256')): string {
  const input = `${base64url(header)}.${base64url(claims)}`;
  return `${input}.${signer(input).toString('base64url')}`;
}

const withHeader = (more: object): string => mint({ ...validHeader, ...more });
const withClaims = (more: object): string => mint(validHeader, { ...validClaims, ...more });

function rulesWith(more: Partial<TokenRules> = {}): TokenRules & { readonly keys: CountedKeys } {
  return {
    algorithms: ['RS256'],
    issuer: () => 'https://issuer.example',
    audience: ['liaison', 'https://liaison.example'],
    tenant: (claims) => claims['group'] === 'a',
    caller: (claims) => claims['app'] === 'x',
    requiredClaims: ['nbf'],
    clockToleranceSeconds: 300,
    now: () => now * 1_000,
    ...more,
    keys: new CountedKeys(),
  };
}

async function refusalOf(token: string, rules: TokenRules): Promise<string> {
  try {
    await verifyToken(token, rules);
    return 'accepted';
  } catch (error) {
    if (error instanceof TokenRejected) return error.reason;
    throw error;
  }
}

describe('verifyToken', () => {
  it('gives the claims of a valid token', async () => {
    expect(await verifyToken(mint(), rulesWith())).toEqual(validClaims);
  });

  it.each<[string, string, Partial<TokenRules>]>([
    ['PS256', mint({ alg: 'PS256', kid: 'rsa' }, validClaims, ps('sha256')), { algorithms: ['RS256', 'PS256'] }],
    ['ES256', mint({ alg: 'ES256', kid: 'ec' }, validClaims, es), { algorithms: ['ES256'] }],
    ['another audience of ours', withClaims({ aud: 'https://liaison.example' }), {}],
    ['a list with just our audience', withClaims({ aud: ['liaison'] }), {}],
    [
      'an audience that is shared where that is allowed',
      withClaims({ aud: ['o', 'liaison'] }),
      { allowSharedAudience: true },
    ],
    ['headers that mean nothing to us', withHeader({ typ: 'at+jwt', cty: 'x', 'x5t#S256': 'y', nonce: 'z' }), {}],
    ['an expiry 299 s ago', withClaims({ exp: now - 299 }), {}],
    ['a beginning in 300 s', withClaims({ nbf: now + 300 }), {}],
    ['times with fractions', withClaims({ exp: now + 0.5, nbf: now - 0.5 }), { clockToleranceSeconds: 0 }],
    ['no nbf where none is required', withClaims({ nbf: undefined }), { requiredClaims: [] }],
    ['no iat', withClaims({ iat: undefined }), {}],
    ['an issue time in the future', withClaims({ iat: now + 3_600 }), {}],
  ])('takes %s', async (_what, token, rules) => {
    expect(await refusalOf(token, rulesWith(rules))).toBe('accepted');
  });

  const symmetric =
    (secret: string): Signer =>
    (input) =>
      createHmac('sha256', secret).update(input).digest();
  const pem = ours.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  const [header = '', claims = '', signature = ''] = mint().split('.');
  const evilJwk = publicJwk(theirs.publicKey, 'rsa');

  const withoutKey: readonly (readonly [string, string, string])[] = [
    ...['none', 'None', 'NONE', 'nOnE', ''].map(
      (alg) => [`alg ${JSON.stringify(alg)}`, `${base64url({ alg, kid: 'rsa' })}.${claims}.`, 'algorithm'] as const,
    ),
    ['alg none with a signature', `${base64url({ alg: 'none' })}.${claims}.${signature}`, 'algorithm'],
    ['no alg', mint({ kid: 'rsa' }), 'algorithm'],
    ['an alg that is a list', mint({ alg: ['RS256'], kid: 'rsa' }), 'algorithm'],
    ['an alg in another case', mint({ alg: 'rs256', kid: 'rsa' }), 'algorithm'],
    ...[pem, pem.trimEnd(), JSON.stringify(publicJwk(ours.publicKey, 'rsa'))].map(
      (secret, index) =>
        [
          `HS256 with the public key as the secret, form ${index}`,
          mint({ alg: 'HS256', kid: 'rsa' }, validClaims, symmetric(secret)),
          'algorithm',
        ] as const,
    ),
    ['PS256 by the right key', mint({ alg: 'PS256', kid: 'rsa' }, validClaims, ps('sha256')), 'algorithm'],
    ['RS384 by the right key', mint({ alg: 'RS384', kid: 'rsa' }, validClaims, rs('sha384')), 'algorithm'],
    ['RS512 by the right key', mint({ alg: 'RS512', kid: 'rsa' }, validClaims, rs('sha512')), 'algorithm'],
    [
      'its key in the header',
      mint({ ...validHeader, jwk: evilJwk }, validClaims, rs('sha256', theirs.privateKey)),
      'header',
    ],
    ['our own key in the header', withHeader({ jwk: publicJwk(ours.publicKey, 'rsa') }), 'header'],
    ['a URL of its keys', withHeader({ jku: 'https://evil.example/keys' }), 'header'],
    ['a URL of its certificate', withHeader({ x5u: 'https://evil.example/cert' }), 'header'],
    ['its certificate', withHeader({ x5c: ['AAAA'] }), 'header'],
    ['a critical extension', withHeader({ crit: ['exp'], exp: now + 600 }), 'header'],
    ['an empty list of critical extensions', withHeader({ crit: [] }), 'header'],
    ['an unencoded payload', withHeader({ b64: false, crit: ['b64'] }), 'header'],
    ['b64 alone', withHeader({ b64: true }), 'header'],
    ['a kid that is no text', withHeader({ kid: 1 }), 'malformed'],
    ['an x5t that is no text', withHeader({ x5t: null }), 'malformed'],
    ['an alg twice in the header', mint('{"alg":"none","alg":"RS256","kid":"rsa"}'), 'malformed'],
    ['a claim twice', mint(validHeader, JSON.stringify(validClaims).replace('{', '{"aud":"x",')), 'malformed'],
    [
      'a claim twice in two spellings',
      mint(validHeader, JSON.stringify(validClaims).replace('{', '{"\\u0061ud":"x",')),
      'malformed',
    ],
    ['claims that are a list', mint(validHeader, [validClaims]), 'malformed'],
    ['claims that are no JSON', mint(validHeader, 'claims'), 'malformed'],
    ['no claims', mint(validHeader, ''), 'malformed'],
    [
      'claims that are no UTF-8',
      `${header}.${Buffer.from([0x7b, 0xff, 0x7d]).toString('base64url')}.${signature}`,
      'malformed',
    ],
    ['another tenant', withClaims({ group: 'b' }), 'tenant'],
    ['no tenant', withClaims({ group: undefined }), 'tenant'],
    ['another issuer', withClaims({ iss: 'https://evil.example' }), 'issuer'],
    ['an issuer with a slash behind', withClaims({ iss: 'https://issuer.example/' }), 'issuer'],
    ['an issuer in a list', withClaims({ iss: ['https://issuer.example'] }), 'issuer'],
    ['another audience', withClaims({ aud: 'other' }), 'audience'],
    ['an audience with a slash behind', withClaims({ aud: 'https://liaison.example/' }), 'audience'],
    ['an audience in another case', withClaims({ aud: 'Liaison' }), 'audience'],
    ['an audience that is shared', withClaims({ aud: ['liaison', 'other'] }), 'audience'],
    ['our audience twice', withClaims({ aud: ['liaison', 'liaison'] }), 'audience'],
    ['an empty list of audiences', withClaims({ aud: [] }), 'audience'],
    ['an audience in a list in a list', withClaims({ aud: [['liaison']] }), 'audience'],
    ['another caller', withClaims({ app: 'y' }), 'caller'],
    ...['iss', 'aud', 'exp', 'nbf'].map(
      (name) => [`no ${name}`, withClaims({ [name]: undefined }), 'missing-claim'] as const,
    ),
    ['an expiry just 300 s ago', withClaims({ exp: now - 300 }), 'expired'],
    ['an expiry long ago', withClaims({ exp: 0 }), 'expired'],
    ['a beginning in 301 s', withClaims({ nbf: now + 301 }), 'not-yet-valid'],
    ...['exp', 'nbf', 'iat'].flatMap((name) =>
      [String(now + 600), null, [now], { now }, true].map(
        (value) => [`${name} ${JSON.stringify(value)}`, withClaims({ [name]: value }), 'malformed'] as const,
      ),
    ),
    [
      'an endless expiry',
      mint(validHeader, JSON.stringify({ ...validClaims, exp: 1 }).replace('"exp":1', '"exp":1e999')),
      'malformed',
    ],
    ['padding', `${mint()}=`, 'malformed'],
    ['padding in the header', `${header}=.${claims}.${signature}`, 'malformed'],
    ['a blank in front', ` ${mint()}`, 'malformed'],
    ['a blank behind', `${mint()} `, 'malformed'],
    ['a line feed behind', `${mint()}\n`, 'malformed'],
    ['a blank inside', `${header}.${claims} .${signature}`, 'malformed'],
    ['the other alphabet', `${header}.${claims}.${signature.slice(0, -2)}+/`, 'malformed'],
    ['a foreign letter', `${header}.${claims}.${signature}é`, 'malformed'],
    ['spare bits that are set', `${header}.${claims}.${signature.slice(0, -1)}${spareBitsSet(signature)}`, 'malformed'],
    ['two parts', `${header}.${claims}`, 'malformed'],
    ['four parts', `${mint()}.AAAA`, 'malformed'],
    ['five parts', `${header}.AAAA.AAAA.AAAA.AAAA`, 'malformed'],
    ['nothing', '', 'malformed'],
    ['dots alone', '..', 'malformed'],
    ['more than 16 kB', withClaims({ more: 'x'.repeat(16_384) }), 'malformed'],
    ['deep nesting', mint(validHeader, `{"a":${'['.repeat(100)}${']'.repeat(100)}}`), 'malformed'],
  ];
  it.each(withoutKey)('refuses %s without looking for a key', async (_what, token, reason) => {
    const rules = rulesWith();
    expect(await refusalOf(token, rules)).toBe(reason);
    expect(rules.keys.asked).toBe(0);
  });

  it.each<[string, string, string]>([
    ['no signature', `${header}.${claims}.`, 'signature'],
    ['a shortened signature', `${header}.${claims}.${signature.slice(0, -2)}`, 'signature'],
    ['a longer signature', `${header}.${claims}.${signature.slice(0, 340)}AAAAAAAA`, 'signature'],
    ['changed claims', `${header}.${base64url({ ...validClaims, sub: 'bob' })}.${signature}`, 'signature'],
    ['a changed header', `${base64url({ ...validHeader, typ: 'JWT' })}.${claims}.${signature}`, 'signature'],
    [
      'the same claims in other spelling',
      `${header}.${base64url(`${JSON.stringify(validClaims)} `)}.${signature}`,
      'signature',
    ],
    [
      "another issuer's signature under our kid",
      mint(validHeader, validClaims, rs('sha256', theirs.privateKey)),
      'signature',
    ],
    ['PS256 called RS256', mint(validHeader, validClaims, ps('sha256')), 'signature'],
    ['a kid that nobody knows', withHeader({ kid: 'none' }), 'unknown-key'],
    ['the kid of a key of another kind', withHeader({ kid: 'ec' }), 'unknown-key'],
    ['a kid like a member of every object', withHeader({ kid: '__proto__' }), 'unknown-key'],
    ['no kid', mint({ alg: 'RS256' }), 'unknown-key'],
  ])('refuses %s', async (_what, token, reason) => {
    expect(await refusalOf(token, rulesWith())).toBe(reason);
  });

  it('refuses every token with one changed bit in its signature', async () => {
    const bytes = Buffer.from(signature, 'base64url');
    const rules = rulesWith();
    for (let bit = 0; bit < bytes.length * 8; bit += 7) {
      const changed = bytes.map((byte, index) => (index === bit >> 3 ? byte ^ (1 << (bit & 7)) : byte));
      const token = `${header}.${claims}.${Buffer.from(changed).toString('base64url')}`;
      expect(await refusalOf(token, rules)).toBe('signature');
    }
  });

  it('lets through that the keys cannot be had, which is no verdict on the token', async () => {
    const down: KeySource = { find: () => Promise.reject(new KeysUnavailable()) };
    const verdict = verifyToken(mint(), { ...rulesWith(), keys: down });
    await expect(verdict).rejects.toBeInstanceOf(KeysUnavailable);
    await expect(verdict).rejects.not.toBeInstanceOf(TokenRejected);
  });

  it('names neither token nor claims in its error', async () => {
    const error: unknown = await verifyToken(withClaims({ aud: 'secret-audience' }), rulesWith()).catch(
      (e: unknown) => e,
    );
    expect(String(error)).toBe('TokenRejected: the token was refused: audience');
  });
});

describe('proveToken', () => {
  it('hands over the key that proved the token', async () => {
    const { claims, key } = await proveToken(mint(), rulesWith());
    expect(claims).toEqual(validClaims);
    expect(key.key.equals(ours.publicKey)).toBe(true);
  });
});

/** 2,048 bits end with four spare bits in the last letter. */
function spareBitsSet(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return alphabet.charAt(alphabet.indexOf(text.slice(-1)) + 1);
}
