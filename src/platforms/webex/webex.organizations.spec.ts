import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboundHttp } from '../../common/outbound/outbound-http.js';
import { AppTokenRefused, NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';
import { type OrganizationTokenSet } from '../platform.js';
import { type PlatformAccount } from '../platform-account.js';
import { webexOrganizations } from './webex.organizations.js';

const refreshPath = '/v1/access_token';
const fetchPath = '/v1/applications/app/token';
const pair = { access_token: 'new', expires_in: 3_600, refresh_token: 'next' };

describe('the tokens of an organisation that authorized a Service App', () => {
  let server: Server;
  let http: OutboundHttp;
  let account: PlatformAccount;
  /** What each path answers; undefined cuts the line. */
  let answers: Record<string, { readonly status: number; readonly body: object } | undefined>;
  let asked: { readonly path: string; readonly authorization: string | undefined; readonly body: string }[];

  beforeEach(async () => {
    asked = [];
    answers = { [refreshPath]: { status: 200, body: pair }, [fetchPath]: { status: 200, body: pair } };
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        const path = request.url ?? '';
        asked.push({ path, authorization: request.headers.authorization, body });
        const answer = answers[path];
        if (answer === undefined) request.socket.destroy();
        else response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    http = new OutboundHttp({ allow: [host] });
    account = {
      settings: { apiUrl: `http://${host}/v1`, kind: 'service-app', clientId: 'client' },
      secret: (name) => (name === 'clientSecret' ? 'secret' : undefined),
      appToken: () => Promise.resolve('bearer'),
      organizationToken: () => Promise.resolve(undefined),
    };
  });
  afterEach(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });

  const fetchTokens = (refreshToken?: string): Promise<OrganizationTokenSet> =>
    webexOrganizations.fetchTokens(
      { applicationExternalId: 'app', organizationExternalId: 'org', refreshToken },
      account,
      http,
    );
  const paths = (): readonly string[] => asked.map(({ path }) => path);

  it('are fetched with the client id and secret of the app and a token that may', async () => {
    expect(await fetchTokens()).toMatchObject({ accessToken: 'new', refreshToken: 'next' });
    expect(asked).toEqual([
      {
        path: fetchPath,
        authorization: 'Bearer bearer',
        body: JSON.stringify({ clientId: 'client', clientSecret: 'secret', targetOrgId: 'org' }),
      },
    ]);
  });

  it('are refreshed with the client id and secret of the app alone', async () => {
    account = { ...account, appToken: () => Promise.reject(new NeedsAuthorization()) };
    expect(await fetchTokens('old')).toMatchObject({ accessToken: 'new', refreshToken: 'next' });
    expect(paths()).toEqual([refreshPath]);
    expect(Object.fromEntries(new URLSearchParams(asked[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'client',
      client_secret: 'secret',
      refresh_token: 'old',
    });
  });

  it('keep their refresh token where the answer names none', async () => {
    answers[refreshPath] = { status: 200, body: { access_token: 'new', expires_in: 3_600 } };
    expect(await fetchTokens('old')).toMatchObject({ accessToken: 'new', refreshToken: 'old' });
  });

  it.each([
    ['is dead', { status: 400, body: { error: 'invalid_grant' } }],
    ['is dead in the words of Webex', { status: 401, body: { message: 'expired' } }],
    ['may have been used, as the answer was lost', undefined],
    ['may have been used, as a gateway answered', { status: 502, body: {} }],
  ])('are fetched anew where the refresh token %s', async (_name, answer) => {
    answers[refreshPath] = answer;
    expect(await fetchTokens('old')).toMatchObject({ accessToken: 'new', refreshToken: 'next' });
    expect(paths()).toEqual([refreshPath, fetchPath]);
  });

  it('are not asked for in another way while Webex wants us to wait', async () => {
    answers[refreshPath] = { status: 429, body: {} };
    await expect(fetchTokens('old')).rejects.toThrow(PlatformUnavailable);
    expect(paths()).toEqual([refreshPath]);
  });

  it('need somebody to act where the organisation has not authorized the app, and no other token helps', async () => {
    answers[fetchPath] = { status: 403, body: { message: 'not authorized' } };
    const refusal: unknown = await fetchTokens().catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(NeedsAuthorization);
    expect(refusal).not.toBeInstanceOf(AppTokenRefused);
  });

  it('may be had with another token of the app where this one is not taken', async () => {
    answers[fetchPath] = { status: 401, body: {} };
    await expect(fetchTokens()).rejects.toThrow(AppTokenRefused);
  });

  it('are for Service Apps and no other kind of app', () => {
    const kinds = ['bot', 'integration', 'service-app'];
    expect(kinds.filter((kind) => webexOrganizations.usesTheirTokens({ kind }))).toEqual(['service-app']);
  });
});
