import { generateKeyPairSync, randomUUID, sign, type KeyObject } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fetchPublicJson } from './fetch-public-json.js';
import { MicrosoftKeySets } from './microsoft-key-sets.js';
import { microsoftTokenRules, type MicrosoftTokenSettings } from './microsoft-token.js';
import { verifyToken } from './token-verifier.js';
import { KeysUnavailable, TokenRejected } from './token.errors.js';

const tenant = '5b3a0f5e-30a4-4f4c-9d3a-6d1f1c0de001';
const otherTenant = '5b3a0f5e-30a4-4f4c-9d3a-6d1f1c0de002';
const skype = '00000004-0000-0ff1-ce00-000000000000';
const graph = '0bf30f3b-4a52-48df-9a82-234910c4a086';
const audience = 'https://litware.com';
const now = 1_763_800_000;

interface SigningKey {
  readonly kid: string;
  readonly privateKey: KeyObject;
  readonly publicKey: KeyObject;
}

function signingKey(kid: string): SigningKey {
  return { kid, ...generateKeyPairSync('rsa', { modulusLength: 2_048 }) };
}

const [first, second, third, attackers] = ['k1', 'k2', 'k3', 'k1'].map(signingKey);

/** The metadata and key lists of an identity platform, on loopback. */
class IdentityPlatform {
  keys: SigningKey[] = first === undefined ? [] : [first];
  /** What each entry of the v2 list says it signs for. */
  issuer: string | undefined = 'https://login.microsoftonline.com/{tenantid}/v2.0';
  /** Only the list of v2 does in earnest. */
  namesIssuerInV1 = false;
  isDown = false;
  readonly fetched: string[] = [];
  readonly #server: Server = createServer((request, response) => {
    const path = request.url ?? '';
    this.fetched.push(path);
    if (this.isDown) response.destroy();
    else response.end(JSON.stringify(this.#answer(path)));
  });

  async start(): Promise<this> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  get url(): string {
    // A TCP server has this kind of address.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  get keyFetches(): number {
    return this.fetched.filter((path) => path.includes('/discovery/')).length;
  }

  #answer(path: string): unknown {
    const isV2 = path.includes('/v2.0');
    if (path.endsWith('/.well-known/openid-configuration')) {
      const base = this.url + path.replace(/(\/v2\.0)?\/\.well-known.*/, '');
      return {
        jwks_uri: `${base}/discovery${isV2 ? '/v2.0' : ''}/keys`,
        issuer: 'https://sts.windows.net/{tenantid}/',
      };
    }
    const issuer = (isV2 || this.namesIssuerInV1) && this.issuer !== undefined ? { issuer: this.issuer } : {};
    const entry = ({ kid, publicKey }: SigningKey): object => ({
      ...publicKey.export({ format: 'jwk' }),
      use: 'sig',
      kid,
      x5t: kid,
      ...issuer,
    });
    return { keys: this.keys.map(entry) };
  }
}

const v1Claims = {
  aud: audience,
  iss: `https://sts.windows.net/${tenant}/`,
  iat: now,
  nbf: now,
  exp: now + 3_900,
  appid: skype,
  appidacr: '2',
  idp: `https://sts.windows.net/${tenant}/`,
  oid: 'o',
  sub: 'o',
  tid: tenant,
  ver: '1.0',
};
// What is undefined is left out by JSON.
const v2Claims = {
  ...v1Claims,
  appid: undefined,
  azp: skype,
  iss: `https://login.microsoftonline.com/${tenant}/v2.0`,
  ver: '2.0',
};

function mint(
  claims: object,
  { key = first, header = {} }: { key?: SigningKey | undefined; header?: object } = {},
): string {
  if (key === undefined) throw new Error('no key');
  const base64url = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${base64url({ typ: 'JWT', alg: 'RS256', x5t: key.kid, kid: key.kid, ...header })}.${base64url(claims)}`;
  return `${input}.${sign('sha256', Buffer.from(input), key.privateKey).toString('base64url')}`;
}

describe('a token of the Microsoft identity platform', () => {
  let platform: IdentityPlatform;
  let clock = 0;
  let keySets: MicrosoftKeySets;

  beforeEach(async () => {
    platform = await new IdentityPlatform().start();
    clock = 0;
    keySets = new MicrosoftKeySets({ fetchJson: fetchPublicJson, now: () => clock });
  });
  afterEach(() => platform.stop());

  async function verdict(token: string, settings: Partial<MicrosoftTokenSettings> = {}): Promise<string> {
    const rules = microsoftTokenRules({
      authorityUrl: platform.url,
      audience: [audience],
      tenants: [tenant],
      callerAppIds: [skype],
      keySets,
      now: () => now * 1_000,
      ...settings,
    });
    try {
      await verifyToken(token, rules);
      return 'accepted';
    } catch (error) {
      if (error instanceof TokenRejected || error instanceof KeysUnavailable) return error.reason;
      throw error;
    }
  }

  it('of version 1 is checked by the keys of version 1 of its own tenant', async () => {
    expect(await verdict(mint(v1Claims))).toBe('accepted');
    expect(platform.fetched).toEqual([`/${tenant}/.well-known/openid-configuration`, `/${tenant}/discovery/keys`]);
  });

  it('of version 2 is checked by the keys of version 2 of its own tenant', async () => {
    expect(await verdict(mint(v2Claims))).toBe('accepted');
    expect(platform.fetched).toEqual([
      `/${tenant}/v2.0/.well-known/openid-configuration`,
      `/${tenant}/discovery/v2.0/keys`,
    ]);
  });

  it.each<[string, string, Partial<MicrosoftTokenSettings>]>([
    ['x5t and no kid', mint(v1Claims, { header: { kid: undefined } }), {}],
    ['kid and no x5t', mint(v2Claims, { header: { x5t: undefined } }), {}],
    ['its app id in capitals', mint({ ...v1Claims, appid: skype.toUpperCase() }), {}],
    ['our lists in capitals', mint(v1Claims), { tenants: [tenant.toUpperCase()], callerAppIds: [skype.toUpperCase()] }],
    [
      'its tenant in capitals',
      mint({ ...v1Claims, tid: tenant.toUpperCase(), iss: `https://sts.windows.net/${tenant.toUpperCase()}/` }),
      {},
    ],
    ['one of several callers', mint({ ...v2Claims, azp: graph }), { callerAppIds: [skype, graph] }],
    ['one of several audiences', mint({ ...v2Claims, aud: graph }), { audience: [audience, graph] }],
    ['its audience as a list of one', mint({ ...v1Claims, aud: [audience] }), {}],
    ['an expiry 299 s ago', mint({ ...v1Claims, exp: now - 299 }), {}],
    ['a beginning in 300 s', mint({ ...v1Claims, nbf: now + 300 }), {}],
  ])('is taken with %s', async (_what, token, settings) => {
    expect(await verdict(token, settings)).toBe('accepted');
  });

  const refused: readonly (readonly [string, object, string])[] = [
    ['another tenant', { tid: otherTenant, iss: `https://sts.windows.net/${otherTenant}/` }, 'tenant'],
    ['another tenant in tid alone', { tid: otherTenant }, 'tenant'],
    ['another tenant in iss alone', { iss: `https://sts.windows.net/${otherTenant}/` }, 'issuer'],
    ['a tid that leads elsewhere', { tid: `${tenant}/../${otherTenant}` }, 'tenant'],
    ['a tid that is no GUID', { tid: 'common', iss: 'https://sts.windows.net/common/' }, 'tenant'],
    ['a tid in a list', { tid: [tenant] }, 'tenant'],
    ['the template as issuer', { iss: 'https://sts.windows.net/{tenantid}/' }, 'issuer'],
    ['an issuer without its slash', { iss: `https://sts.windows.net/${tenant}` }, 'issuer'],
    ['an issuer on another host', { iss: `https://sts.windows.net.evil.example/${tenant}/` }, 'issuer'],
    ['an issuer over plain HTTP', { iss: `http://sts.windows.net/${tenant}/` }, 'issuer'],
    ['the issuer of version 2 under version 1', { iss: `https://login.microsoftonline.com/${tenant}/v2.0` }, 'issuer'],
    ['version 2 with the issuer of version 1', { ver: '2.0', azp: skype }, 'issuer'],
    ['a version that we do not know', { ver: '3.0' }, 'issuer'],
    ['a version that is a number', { ver: 1 }, 'issuer'],
    ['another audience', { aud: 'https://other.example' }, 'audience'],
    ['an audience with a slash behind', { aud: `${audience}/` }, 'audience'],
    ['an audience that is shared', { aud: [audience, 'https://other.example'] }, 'audience'],
    ['another app', { appid: graph }, 'caller'],
    ['another app, and ours where version 2 has it', { appid: graph, azp: skype }, 'caller'],
    ['no app', { appid: undefined }, 'caller'],
    ['no app, and ours where version 2 has it', { appid: undefined, azp: skype }, 'caller'],
    ['an app in a list', { appid: [skype] }, 'caller'],
    ...['exp', 'nbf', 'tid', 'iss', 'aud', 'ver'].map(
      (name) => [`no ${name}`, { [name]: undefined }, 'missing-claim'] as const,
    ),
    ['an expiry just 300 s ago', { exp: now - 300 }, 'expired'],
    ['a beginning in 301 s', { nbf: now + 301 }, 'not-yet-valid'],
  ];
  it.each(refused)('is refused with %s, and asks nobody for keys', async (_what, claims, reason) => {
    expect(await verdict(mint({ ...v1Claims, ...claims }))).toBe(reason);
    expect(platform.fetched).toEqual([]);
  });

  it.each<[string, object, string]>([
    ['another app in azp', { azp: graph }, 'caller'],
    ['its app in appid alone', { azp: undefined, appid: skype }, 'caller'],
    ['the issuer of version 1', { iss: `https://sts.windows.net/${tenant}/` }, 'issuer'],
    ['the template as issuer', { iss: 'https://login.microsoftonline.com/{tenantid}/v2.0' }, 'issuer'],
  ])('of version 2 is refused with %s', async (_what, claims, reason) => {
    expect(await verdict(mint({ ...v2Claims, ...claims }))).toBe(reason);
  });

  it('that is signed by somebody else under a known kid is refused', async () => {
    expect(await verdict(mint(v1Claims, { key: attackers }))).toBe('signature');
  });

  it('of version 2 is not checked by a key that is published for another issuer; version 1 is not held to it', async () => {
    platform.namesIssuerInV1 = true;
    platform.issuer = 'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0';
    expect(await verdict(mint(v2Claims))).toBe('unknown-key');
    expect(await verdict(mint(v1Claims))).toBe('accepted');
  });

  it('of version 2 is checked by a key that is published for its issuer by name', async () => {
    platform.issuer = `https://login.microsoftonline.com/${tenant}/v2.0`;
    expect(await verdict(mint(v2Claims))).toBe('accepted');
  });

  it('is taken under load while keys rotate, by one fetch for each rotation', async () => {
    for (const [rotation, key] of [first, second, third].entries()) {
      if (key === undefined) throw new Error('no key');
      platform.keys = [key];
      const token = mint(v1Claims, { key });
      const verdicts = await Promise.all(Array.from({ length: 100 }, () => verdict(token)));
      expect(new Set(verdicts)).toEqual(new Set(['accepted']));
      expect(platform.keyFetches).toBe(rotation + 1);
      clock += 300_000;
    }
  });

  it('with one of 1,000 random kids makes one more key fetch for all of them', async () => {
    expect(await verdict(mint(v1Claims))).toBe('accepted');
    const tokens = Array.from({ length: 1_000 }, () => mint(v1Claims, { header: { kid: randomUUID() } }));
    expect(new Set(await Promise.all(tokens.map((token) => verdict(token))))).toEqual(new Set(['unknown-key']));
    expect(platform.keyFetches).toBe(2);
  });

  it('is taken while the key host is down if its key is known, and cannot be judged otherwise', async () => {
    const unseen = mint(v1Claims, { key: second });
    platform.isDown = true;
    expect(await verdict(mint(v1Claims))).toBe('keys-unavailable');
    platform.isDown = false;
    clock += 5_000;
    expect(await verdict(mint(v1Claims))).toBe('accepted');
    platform.isDown = true;
    clock += 48 * 3_600_000;
    expect(await verdict(mint(v1Claims))).toBe('accepted');
    expect(await verdict(unseen)).toBe('keys-unavailable');
    expect(await verdict(mint({ ...v1Claims, aud: 'other' }))).toBe('audience');
  });

  it('shares its keys with other connections of the same tenant and authority only', async () => {
    expect(await verdict(mint(v1Claims))).toBe('accepted');
    expect(await verdict(mint(v1Claims), { audience: ['x', audience], authorityUrl: `${platform.url}/` })).toBe(
      'accepted',
    );
    expect(platform.keyFetches).toBe(1);
    const other = { ...v1Claims, tid: otherTenant, iss: `https://sts.windows.net/${otherTenant}/` };
    expect(await verdict(mint(other), { tenants: [otherTenant] })).toBe('accepted');
    expect(platform.keyFetches).toBe(2);
  });
});

describe('microsoftTokenRules', () => {
  const keySets = new MicrosoftKeySets({ fetchJson: () => Promise.reject(new Error('not asked')) });

  it.each([
    ['tenant', { tenants: ['common'], callerAppIds: [skype] }],
    ['app', { tenants: [tenant], callerAppIds: ['*'] }],
  ])('does not take a %s that is no GUID', (_what, lists) => {
    expect(() => microsoftTokenRules({ audience: [audience], keySets, ...lists })).toThrow(TypeError);
  });

  it('trusts nobody where a list is empty', async () => {
    const rules = microsoftTokenRules({ audience: [audience], tenants: [], callerAppIds: [], keySets });
    await expect(verifyToken(mint(v1Claims), { ...rules, now: () => now * 1_000 })).rejects.toThrow('tenant');
  });
});
