import { describe, expect, it } from 'vitest';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { PlatformUnavailable } from '../../platforms/platform.errors.js';
import { hubspotUserGrants } from './hubspot.oauth.js';

const nobody: HttpCaller = { request: () => Promise.reject(new Error('nobody is asked')) };

function accountOf(settings: object, secrets: Readonly<Record<string, string>>): PlatformAccount {
  return {
    settings: { ...settings },
    secret: (name) => secrets[name],
    appToken: () => Promise.resolve('token'),
    organizationToken: () => Promise.resolve(undefined),
  };
}

const complete = accountOf({ clientId: 'client' }, { clientSecret: 'secret' });

describe('the authorization server of HubSpot', () => {
  it('has its pages and its token endpoint at two hosts', async () => {
    expect(await hubspotUserGrants.server(complete, nobody)).toMatchObject({
      authorizationEndpoint: 'https://app.hubspot.com/oauth/authorize',
      tokenEndpoint: 'https://api.hubapi.com/oauth/v3/token',
      lostRefreshIsFinal: false,
    });
  });

  it('is found where the settings say', async () => {
    const settings = { clientId: 'client', apiUrl: 'http://127.0.0.1:1/', appUrl: 'http://127.0.0.1:2/' };
    const server = await hubspotUserGrants.server(accountOf(settings, { clientSecret: 'secret' }), nobody);
    expect(server.authorizationEndpoint).toBe('http://127.0.0.1:2/oauth/authorize');
    expect(server.tokenEndpoint).toBe('http://127.0.0.1:1/oauth/v3/token');
  });

  it.each([[accountOf({}, { clientSecret: 'secret' })], [accountOf({ clientId: 'client' }, {})]])(
    'cannot be asked without client id and secret',
    (account) => {
      expect(() => hubspotUserGrants.server(account, nobody)).toThrow(InvalidInput);
    },
  );

  it('says in a word of its own that a refresh token is dead', async () => {
    const { saysGrantIsOver } = await hubspotUserGrants.server(complete, nobody);
    expect(saysGrantIsOver?.({ status: 'BAD_REFRESH_TOKEN' })).toBe(true);
    expect(saysGrantIsOver?.({ status: 'BAD_CLIENT_SECRET' })).toBe(false);
  });

  it('tells with a token whose it is', async () => {
    expect(await hubspotUserGrants.whoIs('token', { user_id: 9 }, complete, nobody)).toEqual({ externalId: '9' });
    await expect(hubspotUserGrants.whoIs('token', {}, complete, nobody)).rejects.toBeInstanceOf(PlatformUnavailable);
  });
});
