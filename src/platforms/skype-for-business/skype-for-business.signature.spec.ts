import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../../simulators/common/clock.js';
import { MicrosoftIdentitySimulator } from '../../../simulators/common/microsoft-identity/microsoft-identity-simulator.js';
import { fetchPublicJson } from '../../common/security/fetch-public-json.js';
import { MicrosoftKeySets } from '../../common/security/microsoft-key-sets.js';
import { LiaisonError } from '../../common/errors/liaison-error.js';
import { SignatureRejected, VerificationUnavailable } from '../platform.errors.js';
import { type VerificationContext } from '../platform.js';
import { verifySkypeForBusiness } from './skype-for-business.signature.js';

const audience = 'https://litware.example';
const clientId = '5b1d5a42-8c0e-4f0d-9a57-0f6a0f3a6f10';

describe('verifySkypeForBusiness', () => {
  const clock = new SimulatorClock({ startAt: Date.UTC(2018, 9, 3, 12), speed: 0 });
  let identity: MicrosoftIdentitySimulator;
  let tenant: string;

  beforeAll(async () => {
    identity = await MicrosoftIdentitySimulator.start({ clock });
    tenant = identity.registerTenant().tenantId;
  });
  afterAll(() => identity.stop());

  const contextOf = (change: object = {}): VerificationContext => ({
    settings: { authorityUrl: identity.url, audience, clientId, tenants: [tenant], ...change },
    webhookKeys: [],
    microsoftKeySets: new MicrosoftKeySets({ fetchJson: fetchPublicJson }),
  });
  const outcome = async (authorization: string | undefined, context = contextOf()): Promise<string> => {
    const headers = authorization === undefined ? {} : { authorization };
    const raw = { body: Buffer.from('{}'), query: '', headers, receivedAt: new Date(clock.now()) };
    try {
      return await verifySkypeForBusiness(raw, context);
    } catch (error) {
      if (error instanceof SignatureRejected) return error.reason;
      if (error instanceof LiaisonError) return `${error.code} ${error.kind}`;
      throw error;
    }
  };
  const genuine = () => identity.webhookToken({ tenant, audience });

  it('takes what the platform sends', async () => {
    expect(await outcome(`Bearer ${genuine()}`)).toBe('bearer-rs256');
  });

  it('judges every token of the catalogue as the rules do', async () => {
    const context = contextOf();
    const wrong: string[] = [];
    const entries = identity.wrongTokens({ tenant, audience });
    for (const { name, token, valid, arguable } of entries) {
      const verdict = await outcome(`Bearer ${token}`, context);
      if (!arguable && (verdict === 'bearer-rs256') !== valid) wrong.push(`${name}: ${verdict}`);
    }
    expect(wrong).toEqual([]);
    expect(entries.length).toBeGreaterThan(100);
  });

  it('takes a token for the client id, which version 2 carries', async () => {
    expect(await outcome(`Bearer ${identity.webhookToken({ tenant, audience: clientId })}`)).toBe('bearer-rs256');
  });

  it('takes callers that the settings name, in any case of letters', async () => {
    const appid = '0BF30F3B-4A52-48DF-9A82-234910C4A086';
    const token = identity.webhookToken({ tenant, audience, claims: { appid } });
    expect(await outcome(`Bearer ${token}`)).toBe('caller');
    expect(await outcome(`Bearer ${token}`, contextOf({ callerAppIds: [appid.toLowerCase()] }))).toBe('bearer-rs256');
  });

  it.each([
    ['no header', undefined, 'missing'],
    ['another scheme', 'Basic YTpi', 'missing'],
    ['no token', 'Bearer ', 'malformed'],
  ])('refuses %s with a fixed word', async (_, authorization, reason) => {
    expect(await outcome(authorization)).toBe(reason);
  });

  it('asks nobody for keys on account of a token that is not for us', async () => {
    const before = identity.metadataFetches;
    const stranger = identity.webhookToken({ tenant, audience: 'https://other.example' });
    expect(await outcome(`Bearer ${stranger}`)).toBe('audience');
    expect(identity.metadataFetches).toBe(before);
  });

  it('answers that it cannot tell, rather than no, while the keys cannot be had', async () => {
    identity.failKeys();
    const context = contextOf();
    try {
      expect(await outcome(`Bearer ${genuine()}`, context)).toBe('verification-unavailable unavailable');
    } finally {
      identity.recoverKeys();
    }
    expect(new VerificationUnavailable().retryAfterSeconds).toBe(5);
  });

  it('goes on verifying by the keys that it has while new ones cannot be had', async () => {
    const context = contextOf();
    expect(await outcome(`Bearer ${genuine()}`, context)).toBe('bearer-rs256');
    identity.failKeys();
    try {
      expect(await outcome(`Bearer ${genuine()}`, context)).toBe('bearer-rs256');
    } finally {
      identity.recoverKeys();
    }
  });

  it('takes a token of a key that is newer than its list', async () => {
    const context = contextOf();
    await outcome(`Bearer ${genuine()}`, context);
    await identity.replaceKeysAtOnce();
    expect(await outcome(`Bearer ${genuine()}`, context)).toBe('bearer-rs256');
  });

  it('cannot tell anything without key sets', async () => {
    const { settings, webhookKeys } = contextOf();
    expect(await outcome(`Bearer ${genuine()}`, { settings, webhookKeys })).toBe(
      'verification-unavailable unavailable',
    );
  });
});
