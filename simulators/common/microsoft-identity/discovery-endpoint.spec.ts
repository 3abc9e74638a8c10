import { createHash, createPublicKey, randomUUID, X509Certificate } from 'node:crypto';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../clock.js';
import { MicrosoftIdentitySimulator } from './microsoft-identity-simulator.js';
import { type SimulatedTenant } from './tenant-directory.js';

interface KeyEntry {
  readonly kid: string;
  readonly x5t: string;
  readonly x5c: readonly [string];
  readonly kty: string;
  readonly use: string;
  readonly n: string;
  readonly e: string;
  readonly issuer?: string;
}

describe('metadata and keys', () => {
  let identity: MicrosoftIdentitySimulator;
  let tenant: SimulatedTenant;

  beforeAll(async () => {
    identity = await MicrosoftIdentitySimulator.start({ clock: new SimulatorClock({ speed: 0 }) });
  });

  beforeEach(() => {
    tenant = identity.registerTenant({ domains: [`${randomUUID()}.example`] });
  });

  afterEach(() => identity.recoverKeys());

  afterAll(async () => {
    await identity.stop();
  });

  async function read(path: string): Promise<Readonly<Record<string, unknown>>> {
    const response = await fetch(`${identity.url}${path}`);
    return { status: response.status, ...((await response.json()) as object) }; // Spread, so any object will do.
  }

  async function keysAt(path: string): Promise<readonly KeyEntry[]> {
    const { keys } = await read(path);
    return keys as readonly KeyEntry[]; // Every test that uses it looks into the entries.
  }

  it.each([
    ['common/', '', 'https://sts.windows.net/{tenantid}/'],
    ['common/', 'v2.0/', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
    ['organizations/', 'v2.0/', 'https://login.microsoftonline.com/{tenantid}/v2.0'],
  ])('has a template for an issuer in %s%s', async (name, version, issuer) => {
    expect(await read(`/${name}${version}.well-known/openid-configuration`)).toMatchObject({ status: 200, issuer });
  });

  it('names the issuer of a tenant that is asked for by id or by domain', async () => {
    const v1 = await read(`/${tenant.tenantId}/.well-known/openid-configuration`);
    expect(v1['issuer']).toBe(`https://sts.windows.net/${tenant.tenantId}/`);
    const v2 = await read(`/${tenant.domains[0] ?? ''}/v2.0/.well-known/openid-configuration`);
    expect(v2['issuer']).toBe(`https://login.microsoftonline.com/${tenant.tenantId}/v2.0`);
  });

  it('keeps the endpoints of both versions apart and passes a client id on to the keys', async () => {
    expect(await read('/common/.well-known/openid-configuration')).toMatchObject({
      jwks_uri: `${identity.url}/common/discovery/keys`,
      token_endpoint: `${identity.url}/common/oauth2/token`,
    });
    expect(await read('/common/v2.0/.well-known/openid-configuration?appid=abc')).toMatchObject({
      jwks_uri: `${identity.url}/common/discovery/v2.0/keys?appid=abc`,
      token_endpoint: `${identity.url}/common/oauth2/v2.0/token`,
    });
  });

  it('refuses a tenant that nobody registered', async () => {
    expect(await read('/nowhere.example/.well-known/openid-configuration')).toMatchObject({
      status: 400,
      error: 'invalid_tenant',
      error_codes: [90002],
    });
  });

  it('lists several keys whose id is the thumbprint of their certificate', async () => {
    const keys = await keysAt('/common/discovery/keys');
    expect(keys.length).toBeGreaterThan(1);
    for (const { kid, x5t, x5c, kty, use, n, e } of keys) {
      const certificate = new X509Certificate(Buffer.from(x5c[0], 'base64'));
      expect(kid).toBe(x5t);
      expect(kid).toBe(createHash('sha1').update(certificate.raw).digest('base64url'));
      expect(certificate.verify(certificate.publicKey)).toBe(true);
      expect(certificate.publicKey.equals(createPublicKey({ format: 'jwk', key: { kty, n, e } }))).toBe(true);
      expect(use).toBe('sig');
    }
  });

  it('names issuers in the list of version 2 only, with a key for personal accounts among them', async () => {
    const v1 = await keysAt('/common/discovery/keys');
    expect(v1.some((key) => 'issuer' in key)).toBe(false);
    const v2 = await keysAt('/common/discovery/v2.0/keys');
    const personal = v2.filter(({ issuer }) => !issuer?.includes('{tenantid}'));
    expect(personal.map(({ issuer }) => issuer)).toEqual([
      'https://login.microsoftonline.com/9188040d-6c67-4c5b-b112-36a304b66dad/v2.0',
    ]);
    expect(v1.map(({ kid }) => kid)).not.toContain(personal[0]?.kid);
  });

  it('promises no order of keys', async () => {
    const first = await keysAt('/common/discovery/keys');
    const second = await keysAt('/common/discovery/keys');
    expect(second.map(({ kid }) => kid)).not.toEqual(first.map(({ kid }) => kid));
    expect(new Set(second.map(({ kid }) => kid))).toEqual(new Set(first.map(({ kid }) => kid)));
  });

  it('signs with a key nobody has seen after a rotation, while the old one still counts', async () => {
    const before = identity.webhookToken({ tenant: tenant.tenantId, audience: 'a' });
    const seen = (await keysAt('/common/discovery/keys')).map(({ kid }) => kid);
    await identity.rotateKeys();
    expect(seen).not.toContain(identity.currentKid);
    const keySet = createRemoteJWKSet(new URL(`${identity.url}/common/discovery/keys`));
    const after = identity.webhookToken({ tenant: tenant.tenantId, audience: 'a' });
    await expect(jwtVerify(before, keySet)).resolves.toBeDefined();
    await expect(jwtVerify(after, keySet)).resolves.toBeDefined();
  });

  it('signs with a key that stood in the list already when the rotation was announced', async () => {
    const seen = (await keysAt('/common/discovery/keys')).map(({ kid }) => kid);
    const old = identity.currentKid;
    await identity.rotateKeys({ announced: true });
    expect(identity.currentKid).not.toBe(old);
    expect(seen).toContain(identity.currentKid);
  });

  it('forgets the old key when told to', async () => {
    const old = identity.currentKid;
    await identity.rotateKeys({ keepOld: false });
    expect((await keysAt('/common/discovery/keys')).map(({ kid }) => kid)).not.toContain(old);
  });

  it('replaces every key at once in an emergency', async () => {
    const before = (await keysAt('/common/discovery/keys')).map(({ kid }) => kid);
    await identity.replaceKeysAtOnce();
    const after = (await keysAt('/common/discovery/keys')).map(({ kid }) => kid);
    expect(after.filter((kid) => before.includes(kid))).toEqual([]);
    expect(after).toContain(identity.currentKid);
  });

  it('counts what is fetched', async () => {
    const { metadataFetches, keyFetches, tokenRequests } = identity;
    await read('/common/.well-known/openid-configuration');
    await read('/common/discovery/keys');
    await read('/common/discovery/v2.0/keys');
    expect(identity.metadataFetches - metadataFetches).toBe(1);
    expect(identity.keyFetches - keyFetches).toBe(2);
    expect(identity.tokenRequests - tokenRequests).toBe(0);
  });

  it('is down as often as planned, counts that too, and is back afterwards', async () => {
    const { keyFetches } = identity;
    identity.failKeys({ times: 2 });
    const path = `${identity.url}/common/discovery/keys`;
    const statuses = [];
    for (let count = 0; count < 3; count += 1) statuses.push((await fetch(path)).status);
    expect(statuses).toEqual([503, 503, 200]);
    expect(identity.keyFetches - keyFetches).toBe(3);
  });

  it('can fail for keys alone, without an answer, until it recovers', async () => {
    identity.failKeys({ what: 'keys', disconnect: true });
    expect((await fetch(`${identity.url}/common/.well-known/openid-configuration`)).status).toBe(200);
    await expect(fetch(`${identity.url}/common/discovery/keys`)).rejects.toThrow();
    identity.recoverKeys();
    expect((await fetch(`${identity.url}/common/discovery/keys`)).status).toBe(200);
  });

  it('can answer with something that is no key list', async () => {
    identity.failKeys({ body: '{"keys":' });
    const response = await fetch(`${identity.url}/common/discovery/keys`);
    expect([response.status, await response.text()]).toEqual([200, '{"keys":']);
  });

  it('stops while a caller waits for a host that hangs', async () => {
    const hanging = await MicrosoftIdentitySimulator.start();
    hanging.failKeys({ hang: true });
    const gone = expect(fetch(`${hanging.url}/common/discovery/keys`)).rejects.toThrow();
    while (hanging.keyFetches === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    await hanging.stop();
    await gone;
  });
});
