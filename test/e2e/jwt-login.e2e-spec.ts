import { createHmac } from 'node:crypto';
import { exportSPKI, generateKeyPair, importJWK } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { TestIssuer, type TokenOptions } from '../setup/issuer.js';
import { startTestService, type TestService } from '../setup/service.js';

function base64url(value: unknown): string {
  return Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');
}

describe('a JWT', () => {
  let database: TestDatabase;
  let service: TestService;
  let issuer: TestIssuer;

  const status = async (credential: string, path = '/v1/messages'): Promise<number> =>
    (await service.call('GET', path, { credential })).status;
  const inSeconds = (seconds: number): number => Math.floor(Date.now() / 1_000) + seconds;

  beforeAll(async () => {
    database = await createTestDatabase();
    issuer = await new TestIssuer().start();
    service = await startTestService(database.url, issuer.environment);
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await issuer.close();
    await database.drop();
  });

  it.each(['RS256', 'PS256', 'ES256'] as const)('signed with %s is a caller of its tenant', async (alg) => {
    expect(await status(await issuer.token({ alg }))).toBe(200);
  });

  const accepted: readonly (readonly [string, TokenOptions])[] = [
    ['a list of audiences with ours', { claims: { aud: ['other', 'liaison'] } }],
    ['scopes as a list', { claims: { scp: ['events:read'] }, without: ['scope'] }],
    ['the scope admin', { claims: { scope: 'admin' } }],
    ['no kid where only one key fits', { alg: 'ES256', header: { kid: undefined } }],
  ];
  it.each(accepted)('is taken with %s', async (_, options) => {
    expect(await status(await issuer.token(options))).toBe(200);
  });

  const refused: readonly (readonly [string, () => TokenOptions])[] = [
    ['an algorithm that is not on the list', () => ({ alg: 'RS512' })],
    ['another issuer', () => ({ claims: { iss: 'https://evil.example' } })],
    ['an issuer that only begins alike', () => ({ claims: { iss: 'https://issuer.example/' } })],
    ['no issuer', () => ({ without: ['iss'] })],
    ['another audience', () => ({ claims: { aud: 'other' } })],
    ['no audience', () => ({ without: ['aud'] })],
    ['an expiry that has passed', () => ({ claims: { exp: inSeconds(-5) } })],
    ['no expiry', () => ({ without: ['exp'] })],
    ['an expiry that is text', () => ({ claims: { exp: '9999999999' as never } })],
    ['a time before which it is not valid', () => ({ claims: { nbf: inSeconds(60) } })],
    ['no tenant', () => ({ without: ['tenant'] })],
    ['an empty tenant', () => ({ claims: { tenant: '' } })],
    ['a tenant that is no text', () => ({ claims: { tenant: ['default'] } })],
    ['a tenant that no database can hold', () => ({ claims: { tenant: 'a\u0000b' } })],
    ['a list of audiences without ours', () => ({ claims: { aud: ['other', 'liaison/'] } })],
    ['a kid that nobody knows', () => ({ kid: 'unknown' })],
    ['the kid of a key of another kind', () => ({ alg: 'RS256', header: { kid: 'ec' } })],
    [
      'a critical extension that we do not understand',
      () => ({ header: { crit: ['http://example.com/x'], 'http://example.com/x': 1 } }),
    ],
  ];
  it.each(refused)('is refused with %s', async (_, options) => {
    const token = await tokenOf(options());
    expect(await status(token)).toBe(401);
  });

  /** jose refuses to make some of the tokens, so those are put together by hand and signed with the issuer's key. */
  const tokenOf = async (options: TokenOptions): Promise<string> => {
    if (options.header?.['crit'] === undefined) return issuer.token(options);
    const [, claims] = (await issuer.token()).split('.');
    const input = `${base64url({ alg: 'RS256', kid: 'rsa', ...options.header })}.${claims ?? ''}`;
    const key = await issuer.privateKey('rsa', 'RS256');
    const signature = await crypto.subtle.sign('RSASSA-PKCS1-v1_5', key, Buffer.from(input));
    return `${input}.${Buffer.from(signature).toString('base64url')}`;
  };

  it('of a key that its header brings along is refused', async () => {
    const { privateKey, publicKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = await crypto.subtle.exportKey('jwk', publicKey);
    for (const header of [
      { jwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/keys' },
      { x5c: ['AAAA'] },
    ]) {
      expect(await status(await issuer.token({ key: privateKey, header }))).toBe(401);
    }
  });

  it('without a signature is refused', async () => {
    const [, claims] = (await issuer.token()).split('.');
    for (const alg of ['none', 'None', 'NONE', '']) {
      expect(await status(`${base64url({ alg, kid: 'rsa' })}.${claims ?? ''}.`)).toBe(401);
    }
    expect(await status(`${(await issuer.token()).split('.').slice(0, 2).join('.')}.`)).toBe(401);
  });

  it('signed with the published key as a shared secret is refused', async () => {
    const [, claims] = (await issuer.token()).split('.');
    const jwk = issuer.published.find((key) => key.kid === 'rsa');
    if (jwk === undefined) throw new Error('no key');
    const publicKey = await importJWK(jwk, 'RS256', { extractable: true });
    if (publicKey instanceof Uint8Array) throw new Error('not a public key');
    const pem = await exportSPKI(publicKey);
    for (const secret of [pem, pem.trimEnd(), JSON.stringify(jwk)]) {
      for (const [alg, hash] of [
        ['HS256', 'sha256'],
        ['HS512', 'sha512'],
      ] as const) {
        const input = `${base64url({ alg, kid: 'rsa' })}.${claims ?? ''}`;
        const token = `${input}.${createHmac(hash, secret).update(input).digest('base64url')}`;
        expect(await status(token)).toBe(401);
      }
    }
  });

  it('whose claims or signature were changed is refused', async () => {
    const [header, claims, signature] = (await issuer.token()).split('.');
    const changed = Buffer.from(claims ?? '', 'base64url')
      .toString()
      .replace('tenant-of-jwt', 'default');
    expect(await status(`${header ?? ''}.${base64url(changed)}.${signature ?? ''}`)).toBe(401);
    expect(await status(`${header ?? ''}.${claims ?? ''}.${(signature ?? '').slice(0, -4)}AAAA`)).toBe(401);
  });

  it.each(['', 'a.b', 'a.b.c', '.', '..', 'a.b.c.d', `${base64url('{')}.${base64url('{')}.x`, 'x'.repeat(7_000)])(
    'like %j is refused, not a fault of ours',
    async (credential) => {
      expect(await status(credential)).toBe(401);
    },
  );

  it('has only the scopes that it names', async () => {
    const none = await issuer.token({ claims: { scope: 'events:write superuser ADMIN' } });
    expect(await status(none)).toBe(403);
    const reader = await issuer.token({ claims: { scope: 'events:read' } });
    expect(await status(reader)).toBe(200);
    expect(await status(reader, '/v1/connections')).toBe(403);
  });

  it('of a key that was published later is taken once the old keys have aged', async () => {
    await issuer.addKey('later', 'RS256');
    // The set is not fetched again within five seconds, so that unknown kids cannot make us ask all the time.
    await new Promise((resolve) => setTimeout(resolve, 5_200));
    expect(await status(await issuer.token({ kid: 'later' }))).toBe(200);
  });

  it('with random kids makes at most one call to the issuer in five seconds', async () => {
    const before = issuer.fetched;
    const tokens = await Promise.all(Array.from({ length: 100 }, (_, n) => issuer.token({ kid: `random ${n}` })));
    expect(new Set(await Promise.all(tokens.map((token) => status(token))))).toEqual(new Set([401]));
    expect(issuer.fetched - before).toBeLessThanOrEqual(1);
  });

  it('is still checked by the known keys while the issuer is down, and unknown ones are refused with 401', async () => {
    await issuer.close();
    try {
      expect(await status(await issuer.token())).toBe(200);
      await new Promise((resolve) => setTimeout(resolve, 5_100));
      expect(await status(await issuer.token({ kid: 'nobody' }))).toBe(401);
    } finally {
      await issuer.listen();
    }
  });

  it('never reaches the log', async () => {
    const token = await issuer.token();
    await status(token);
    await status(`${token}x`);
    expect(service.logs.join('\n')).not.toContain(token.split('.')[2]);
  });
});

describe('a JWT while the issuer was never reachable', () => {
  it('is refused with 401, and an API key works', async () => {
    const database = await createTestDatabase();
    const issuer = await new TestIssuer().start();
    const { environment } = issuer;
    await issuer.close();
    const service = await startTestService(database.url, environment);
    try {
      await service.ready;
      const credential = await issuer.token();
      expect((await service.call('GET', '/v1/messages', { credential })).status).toBe(401);
      expect((await service.call('GET', '/v1/messages')).status).toBe(200);
    } finally {
      await service.stop();
      await database.drop();
    }
  });
});

describe('a JWT where no issuer is configured', () => {
  it('is refused', async () => {
    const database = await createTestDatabase();
    const issuer = await new TestIssuer().start();
    const service = await startTestService(database.url);
    try {
      await service.ready;
      const credential = await issuer.token();
      expect((await service.call('GET', '/v1/messages', { credential })).status).toBe(401);
      expect(issuer.fetched).toBe(0);
    } finally {
      await service.stop();
      await issuer.close();
      await database.drop();
    }
  });
});
