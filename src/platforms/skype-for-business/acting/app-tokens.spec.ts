import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { type OutboundAnswer, type OutboundCall } from '../../../common/outbound/outbound-http.js';
import { OutboundFailed } from '../../../common/outbound/outbound.errors.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { type PlatformAccount } from '../../platform-account.js';
import { AppTokens } from './app-tokens.js';

const folder = new URL('../../../../test/fixtures/skype-for-business/docs/', import.meta.url);
const documented = (name: string) => readFileSync(new URL(`${name}.json`, folder));
const tenant = '1fdd12d0-4620-44ed-baec-459b611f84b2';

function accountOf(settings: object = {}, secret: string | undefined = 's&cret'): PlatformAccount {
  return {
    settings: { audience: 'https://a.example', tenants: [tenant], clientId: 'client', ...settings },
    secret: (name) => (name === 'clientSecret' ? secret : undefined),
    appToken: () => Promise.reject(new Error('not asked for')),
    organizationToken: () => Promise.resolve(undefined),
  };
}

/** Answers as it is told, and remembers what it was asked. */
class Authority implements HttpCaller {
  readonly calls: OutboundCall[] = [];
  answer: () => Partial<OutboundAnswer> & { readonly json?: object } = () => ({ json: this.granted() });

  granted(expiresIn: unknown = '3599'): object {
    return { access_token: `token ${this.calls.length}`, token_type: 'Bearer', expires_in: expiresIn };
  }

  async request(call: OutboundCall): Promise<OutboundAnswer> {
    this.calls.push(call);
    await new Promise((resolve) => setImmediate(resolve));
    const { json = {}, ...rest } = this.answer();
    return { status: 200, headers: {}, body: Buffer.from(JSON.stringify(json)), ...rest };
  }
}

describe('AppTokens', () => {
  it('asks the v1 endpoint of the tenant with a resource, form-encoded', async () => {
    const authority = new Authority();
    await new AppTokens(accountOf(), authority).token(tenant);
    const [call] = authority.calls;
    expect(call?.url).toBe(`https://login.microsoftonline.com/${tenant}/oauth2/token`);
    expect(Object.fromEntries(new URLSearchParams(String(call?.body)))).toEqual({
      grant_type: 'client_credentials',
      client_id: 'client',
      client_secret: 's&cret',
      resource: 'https://api.skypeforbusiness.com',
    });
    expect(call?.timeoutMs).toBeGreaterThan(0);
  });

  it('asks the v2 endpoint with a scope where the settings say so', async () => {
    const authority = new Authority();
    const settings = { tokenVersion: 'v2', authorityUrl: 'https://login.example/' };
    await new AppTokens(accountOf(settings), authority).token('contoso.com');
    expect(authority.calls[0]?.url).toBe('https://login.example/contoso.com/oauth2/v2.0/token');
    const form = new URLSearchParams(String(authority.calls[0]?.body));
    expect(form.get('scope')).toBe('https://api.skypeforbusiness.com/.default');
    expect(form.has('resource')).toBe(false);
  });

  it.each(['aad-v1-token-response', 'aad-v2-token-response'])('reads the documented answer %s', async (name) => {
    const authority = new Authority();
    authority.answer = () => ({ body: documented(name) });
    let now = 0;
    const tokens = new AppTokens(accountOf(), authority, () => now);
    expect(await tokens.token(tenant)).toMatch(/^eyJ0/);
    now = 3_298_000;
    await tokens.token(tenant);
    expect(authority.calls).toHaveLength(1);
    now = 3_300_000;
    await tokens.token(tenant);
    expect(authority.calls).toHaveLength(2);
  });

  it('makes one request for all who ask at once, and one for each tenant', async () => {
    const authority = new Authority();
    const tokens = new AppTokens(accountOf(), authority);
    await Promise.all(Array.from({ length: 50 }, (_, index) => tokens.token(index % 2 === 0 ? tenant : 'b.example')));
    expect(authority.calls).toHaveLength(2);
  });

  it('renews a short token at half of its life', async () => {
    const authority = new Authority();
    authority.answer = () => ({ json: authority.granted(100) });
    let now = 0;
    const tokens = new AppTokens(accountOf(), authority, () => now);
    await tokens.token(tenant);
    now = 49_000;
    expect(await tokens.token(tenant)).toBe('token 1');
    now = 50_000;
    expect(await tokens.token(tenant)).toBe('token 2');
  });

  it('gives the token that still holds while a renewal fails for something that passes', async () => {
    const authority = new Authority();
    let now = 0;
    const tokens = new AppTokens(accountOf(), authority, () => now);
    await tokens.token(tenant);
    authority.answer = () => {
      throw new OutboundFailed('timeout');
    };
    now = 3_590_000;
    expect(await tokens.token(tenant)).toBe('token 1');
    now = 3_600_000;
    await expect(tokens.token(tenant)).rejects.toThrow(OutboundFailed);
    authority.answer = () => ({ json: authority.granted() });
    expect(await tokens.token(tenant)).toBe('token 4');
  });

  it('does not give a token again that was not taken', async () => {
    const authority = new Authority();
    const tokens = new AppTokens(accountOf(), authority);
    const first = await tokens.token(tenant);
    tokens.forget(tenant, 'another');
    expect(await tokens.token(tenant)).toBe(first);
    tokens.forget(tenant, first);
    expect(await tokens.token(tenant)).not.toBe(first);
  });

  it('needs an authorization where the authority does not take the app', async () => {
    const authority = new Authority();
    authority.answer = () => ({ status: 400, body: documented('aad-v2-token-error') });
    await expect(new AppTokens(accountOf(), authority).token(tenant)).rejects.toThrow(NeedsAuthorization);
    authority.answer = () => ({ status: 401, json: { error: 'invalid_client' } });
    await expect(new AppTokens(accountOf(), authority).token(tenant)).rejects.toThrow(NeedsAuthorization);
  });

  it('needs an authorization without a secret, and asks nobody', async () => {
    const authority = new Authority();
    const account = { ...accountOf(), secret: () => undefined };
    await expect(new AppTokens(account, authority).token(tenant)).rejects.toThrow(NeedsAuthorization);
    expect(authority.calls).toEqual([]);
  });

  it.each([
    ['a busy authority', { status: 429, headers: { 'retry-after': '7' } }],
    ['one that is down', { status: 503 }],
    ['one that says so in words', { status: 400, json: { error: 'temporarily_unavailable' } }],
    ['a redirect', { status: 302 }],
    ['no token', { json: { expires_in: 3599 } }],
    ['no life', { json: { access_token: 'x' } }],
    ['no JSON', { body: Buffer.from('<html>') }],
  ])('asks for another try after %s', async (_, answer) => {
    const authority = new Authority();
    authority.answer = () => answer;
    await expect(new AppTokens(accountOf(), authority).token(tenant)).rejects.toThrow(PlatformUnavailable);
  });
});
