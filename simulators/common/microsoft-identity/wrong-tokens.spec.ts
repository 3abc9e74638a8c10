import { createLocalJWKSet, type JSONWebKeySet, type JWTPayload, jwtVerify } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../clock.js';
import { MicrosoftIdentitySimulator } from './microsoft-identity-simulator.js';

const tenant = '11111111-2222-4333-8444-555555555555';
const audience = 'https://liaison.example';
const guid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** A receiver written from the rules, on top of jose. It shares nothing with what made the tokens. */
async function refusal(token: string, keys: JSONWebKeySet, now: number): Promise<string | undefined> {
  if (token.length > 8_192) return 'too large';
  if (!/^[\w-]+\.[\w-]+\.[\w-]+$/.test(token)) return 'not a compact JWS';
  try {
    const verified = await jwtVerify(
      token,
      (header, input) => {
        // The RFC lets a receiver find a key by its thumbprint when there is no kid.
        const kid = header.kid ?? (typeof header.x5t === 'string' ? header.x5t : undefined);
        if (typeof kid !== 'string') throw new Error('no key named');
        return createLocalJWKSet(keys)({ ...header, kid }, input);
      },
      {
        algorithms: ['RS256'],
        clockTolerance: 300,
        requiredClaims: ['exp', 'nbf', 'aud', 'iss', 'tid', 'appid'],
        currentDate: new Date(now),
      },
    );
    return claimsRefusal(verified.payload);
  } catch (error) {
    return error instanceof Error ? error.message : 'refused';
  }
}

function claimsRefusal(claims: JWTPayload): string | undefined {
  const single = Array.isArray(claims.aud) && claims.aud.length === 1 ? claims.aud[0] : claims.aud;
  if (single !== audience) return 'audience';
  const { tid, appid, ver } = claims;
  if (typeof tid !== 'string' || !guid.test(tid) || tid !== tenant) return 'tenant';
  if (ver !== '1.0' || claims.iss !== `https://sts.windows.net/${tid}/`) return 'issuer';
  if (typeof appid !== 'string' || appid.toLowerCase() !== '00000004-0000-0ff1-ce00-000000000000') return 'caller';
  return undefined;
}

describe('the catalogue of tokens', () => {
  const clock = new SimulatorClock({ startAt: Date.UTC(2020, 5, 1), speed: 0 });
  let identity: MicrosoftIdentitySimulator;
  let keys: JSONWebKeySet;

  beforeAll(async () => {
    identity = await MicrosoftIdentitySimulator.start({ clock });
    const response = await fetch(`${identity.url}/common/discovery/keys`);
    keys = (await response.json()) as JSONWebKeySet; // The shape is what the test is about to find out.
  });

  afterAll(async () => {
    await identity.stop();
  });

  it('is judged like this by a receiver that follows the rules', async () => {
    const wrong: string[] = [];
    for (const entry of identity.wrongTokens({ tenant, audience })) {
      if (entry.arguable) continue;
      const reason = await refusal(entry.token, keys, clock.now());
      if ((reason === undefined) !== entry.valid) wrong.push(`${entry.name}: ${reason ?? 'taken'}`);
    }
    expect(wrong).toEqual([]);
  });

  it('has a name of its own and a reason for every entry', () => {
    const entries = identity.wrongTokens({ tenant, audience });
    expect(new Set(entries.map(({ name }) => name)).size).toBe(entries.length);
    expect(entries.filter(({ why }) => !why.endsWith('.'))).toEqual([]);
    expect(entries.length).toBeGreaterThan(120);
  });

  it('changes one thing at a time, so that the signature holds wherever it is not the point', async () => {
    const names = ['another app', 'another tenant', 'another audience', 'template issuer', 'expired long ago'];
    const entries = identity.wrongTokens({ tenant, audience }).filter(({ name }) => names.includes(name));
    expect(entries.length).toBe(names.length);
    for (const { token } of entries) {
      await expect(jwtVerify(token, createLocalJWKSet(keys), { currentDate: new Date(2_000) })).rejects.toThrow(
        /"(nbf|exp)" claim/,
      );
    }
  });

  it('signs the webhook token with the claims of the reference and no other', async () => {
    const token = identity.webhookToken({ tenant, audience });
    const { payload, protectedHeader } = await jwtVerify(token, createLocalJWKSet(keys), {
      currentDate: new Date(clock.now()),
    });
    const issuedAt = clock.now() / 1_000;
    expect(protectedHeader).toEqual({
      typ: 'JWT',
      alg: 'RS256',
      x5t: identity.currentKid,
      kid: identity.currentKid,
    });
    expect(payload).toEqual({
      aud: audience,
      iss: `https://sts.windows.net/${tenant}/`,
      iat: issuedAt,
      nbf: issuedAt,
      exp: issuedAt + 3_900,
      appid: '00000004-0000-0ff1-ce00-000000000000',
      appidacr: '2',
      idp: `https://sts.windows.net/${tenant}/`,
      oid: payload.sub,
      sub: payload.sub,
      tid: tenant,
      ver: '1.0',
    });
    expect(payload.sub).toMatch(guid);
  });

  it('replaces and removes claims and header members of the webhook token as told', async () => {
    const token = identity.webhookToken({
      tenant,
      audience,
      claims: { appid: undefined, extra: 1 },
      header: { kid: undefined },
    });
    const [head = '', body = ''] = token.split('.').map((part) => Buffer.from(part, 'base64url').toString('utf8'));
    expect(JSON.parse(head)).not.toHaveProperty('kid');
    expect(JSON.parse(body)).not.toHaveProperty('appid');
    expect(JSON.parse(body)).toHaveProperty('extra', 1);
    expect(await refusal(token, keys, clock.now())).toMatch('appid');
  });
});
