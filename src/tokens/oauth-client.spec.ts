import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { OutboundHttp } from '../common/outbound/outbound-http.js';
import { OutboundRefused } from '../common/outbound/outbound.errors.js';
import { Secret } from '../common/security/secret.js';
import { type OAuthServer } from '../platforms/oauth-server.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../platforms/platform.errors.js';
import { OAuthClient } from './oauth-client.js';

interface Canned {
  readonly status: number;
  readonly body: string;
  readonly headers?: Readonly<Record<string, string>>;
}

const tokens = { access_token: 'new', token_type: 'bearer', expires_in: 60, refresh_token: 'next' };
const json = (status: number, body: object, headers: Readonly<Record<string, string>> = {}): Canned => ({
  status,
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json', ...headers },
});

describe('a client of an authorization server', () => {
  let server: Server;
  let http: OutboundHttp;
  let host: string;
  /** What the server answers; undefined cuts the line. */
  let canned: Canned | undefined;
  let asked: { path: string; headers: IncomingHttpHeaders; form: URLSearchParams }[];

  beforeEach(async () => {
    asked = [];
    canned = json(200, tokens);
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (part: Buffer) => (body += part.toString()));
      request.on('end', () => {
        asked.push({ path: request.url ?? '', headers: request.headers, form: new URLSearchParams(body) });
        if (canned === undefined) request.socket.destroy();
        else response.writeHead(canned.status, canned.headers).end(canned.body);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    http = new OutboundHttp({ allow: [host] });
  });
  afterEach(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
  });

  const clientOf = (changes: Partial<OAuthServer> = {}): OAuthClient =>
    new OAuthClient(
      {
        issuer: `http://${host}`,
        authorizationEndpoint: `http://${host}/authorize`,
        tokenEndpoint: `http://${host}/token`,
        revocationEndpoint: `http://${host}/revoke`,
        namesItselfInCallbacks: false,
        clientId: '0d00981e-eff2-4e84',
        clientSecret: new Secret('a secret_of-ours'),
        clientAuthentication: 'basic',
        pkce: true,
        lostRefreshIsFinal: true,
        ...changes,
      },
      http,
    );

  it('gets new tokens for a refresh token', async () => {
    const { tokens: given } = await clientOf().refresh('old');
    expect(given).toMatchObject({ accessToken: 'new', refreshToken: 'next', accessSeconds: 60 });
    expect(Object.fromEntries(asked[0]?.form ?? [])).toEqual({ grant_type: 'refresh_token', refresh_token: 'old' });
  });

  it('names itself by Basic as servers understand it that decode and those that do not', async () => {
    await clientOf().refresh('old');
    const [scheme, pair = ''] = asked[0]?.headers.authorization?.split(' ') ?? [];
    expect([scheme, Buffer.from(pair, 'base64').toString()]).toEqual([
      'Basic',
      '0d00981e-eff2-4e84:a%20secret_of-ours',
    ]);
  });

  it('names itself in the form where the server wants it there', async () => {
    await clientOf({ clientAuthentication: 'post' }).refresh('old');
    expect(asked[0]?.headers.authorization).toBeUndefined();
    expect(asked[0]?.form.get('client_secret')).toBe('a secret_of-ours');
  });

  it.each([
    ['an unknown refresh token', json(400, { error: 'invalid_grant' })],
    ['the same with 401, as Webex may answer', json(401, { error: 'invalid_grant' })],
    ['words of its own that its platform knows', json(400, { message: 'The refresh token is not valid.' })],
  ])('says that the grant is over when the server answers %s', async (_name, answer) => {
    canned = answer;
    const server = { saysGrantIsOver: (body: object) => 'message' in body };
    await expect(clientOf(server).refresh('old')).rejects.toThrow(NeedsAuthorization);
  });

  it.each([
    [
      'a page of a firewall that forbids',
      { status: 403, body: '<h1>no</h1>', headers: { 'content-type': 'text/html' } },
    ],
    ['a page of a proxy that knows no such path', { status: 404, body: '?' }],
    ['405 for the method', { status: 405, body: '' }],
    ['413 for the length', { status: 413, body: '' }],
    [
      'a redirect to a page of maintenance',
      { status: 302, body: '', headers: { location: 'https://status.example/' } },
    ],
    ['an OAuth error that passes', json(400, { error: 'temporarily_unavailable' })],
    ['an OAuth error of the call', json(400, { error: 'invalid_request' })],
    ['words that nobody knows', json(400, { message: 'The refresh token is not valid.' })],
    ['a challenge of a proxy', { status: 407, body: '', headers: { 'proxy-authenticate': 'Basic' } }],
  ])('does not hold a grant for over, nor for renewed, when what answers sends %s', async (_name, answer) => {
    canned = answer;
    await expect(clientOf().refresh('old')).rejects.toMatchObject({
      code: 'platform-unavailable',
      reason: 'no-usable-answer',
    });
  });

  it.each([
    ['invalid_client', json(401, { error: 'invalid_client' })],
    ['a challenge', json(401, { error: 'invalid_client' }, { 'www-authenticate': 'Basic realm="tokens"' })],
    ['unauthorized_client', json(400, { error: 'unauthorized_client' })],
    ["Watson Work's word for it", json(401, { error: 'unauthorized', error_description: 'Bad credentials' })],
  ])('does not hold a grant for over when the server refuses the client by %s', async (_name, answer) => {
    canned = answer;
    await expect(clientOf().refresh('old')).rejects.toMatchObject({
      code: 'platform-unavailable',
      reason: 'client-refused',
    });
  });

  it.each([
    [429, 'rate-limited'],
    [408, 'no-usable-answer'],
    [425, 'no-usable-answer'],
    [500, 'no-usable-answer'],
    [501, 'no-usable-answer'],
    [503, 'no-usable-answer'],
    [521, 'no-usable-answer'],
  ])(
    'knows that nothing was done, and that it is to come again, when the server answers %i',
    async (status, reason) => {
      for (const answer of [{ status, body: 'not now' }, json(status, { error: 'temporarily_unavailable' })]) {
        canned = answer;
        await expect(clientOf().refresh('old')).rejects.toMatchObject({ code: 'platform-unavailable', reason });
      }
    },
  );

  it.each([502, 504, 520, 524])(
    'does not know the outcome when something before the server answers %i in its place',
    async (status) => {
      for (const answer of [{ status, body: '<html>bad gateway</html>' }, json(status, { error: 'server_error' })]) {
        canned = answer;
        await expect(clientOf().refresh('old')).rejects.toThrow(OutcomeUnknown);
      }
    },
  );

  it.each([
    ['429 and a number', 429, '7', 7],
    ['503 and a number', 503, '120', 120],
    ['503 and nothing', 503, undefined, undefined],
  ])('passes on how long it is to stay away, as told by %s', async (_name, status, header, seconds) => {
    canned = { status, body: '', ...(header === undefined ? {} : { headers: { 'retry-after': header } }) };
    await expect(clientOf().refresh('old')).rejects.toMatchObject({ retryAfterSeconds: seconds });
  });

  it.each([
    ['that is cut off', undefined],
    ['that is no JSON', { status: 200, body: 'hello', headers: { 'content-type': 'text/html' } }],
    ['with half of its JSON', { status: 200, body: '{"access_', headers: { 'content-type': 'application/json' } }],
    ['without an access token', json(200, { token_type: 'bearer' })],
    ['with tokens of a kind that we cannot use', json(200, { ...tokens, token_type: 'mac' })],
  ])('does not know the outcome of an answer %s', async (_name, answer) => {
    canned = answer;
    await expect(clientOf().refresh('old')).rejects.toThrow(OutcomeUnknown);
    expect(asked).toHaveLength(1);
  });

  it('knows that nothing was done where nobody listens', async () => {
    const gone = 'http://127.0.0.1:1/token';
    http = new OutboundHttp({ allow: ['127.0.0.1:1'] });
    await expect(clientOf({ tokenEndpoint: gone }).refresh('old')).rejects.toMatchObject({ reason: 'not-reachable' });
    await expect(clientOf({ tokenEndpoint: gone }).refresh('old')).rejects.toThrow(PlatformUnavailable);
  });

  it('says so where the address is one that we do not call', async () => {
    const inside = { tokenEndpoint: 'http://127.0.0.1:2/token' };
    await expect(clientOf(inside).refresh('old')).rejects.toThrow(OutboundRefused);
  });

  it('takes no refresh token to where a redirect points', async () => {
    canned = { status: 307, body: '', headers: { location: `http://${host}/elsewhere` } };
    await expect(clientOf().refresh('old')).rejects.toThrow(PlatformUnavailable);
    expect(asked.map(({ path }) => path)).toEqual(['/token']);
  });

  it('sends users away with a state and the hash of a verifier', async () => {
    const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
    const request = { redirectUri: 'https://us.example/oauth/callback', scopes: ['a', 'b'], state: 's', verifier };
    const url = new URL(await clientOf().authorizationUrl(request));
    expect(Object.fromEntries(url.searchParams)).toEqual({
      response_type: 'code',
      client_id: '0d00981e-eff2-4e84',
      redirect_uri: request.redirectUri,
      scope: 'a b',
      state: 's',
      // The example of RFC 7636, appendix B.
      code_challenge: 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM',
      code_challenge_method: 'S256',
    });
    const plain = new URL(await clientOf({ pkce: false }).authorizationUrl({ ...request, scopes: [] }));
    expect([...plain.searchParams.keys()].sort()).toEqual(['client_id', 'redirect_uri', 'response_type', 'state']);
  });

  it.each([
    ['with another state', 'code=c&state=other'],
    ['without a state', 'code=c'],
    ['without a code', 'state=s'],
    ['with two codes', 'code=c&code=d&state=s'],
    ['of another server', 'code=c&state=s&iss=https%3A%2F%2Fevil.example'],
  ])('trades no code of a callback %s', async (_name, query) => {
    const callback = new URL(`https://us.example/oauth/callback?${query}`);
    const expected = { state: 's', verifier: 'v'.repeat(43) };
    await expect(clientOf().exchange(callback, expected)).rejects.toMatchObject({ code: 'callback-refused' });
    expect(asked).toEqual([]);
  });

  it('passes on the word with which a user said no', async () => {
    const callback = new URL('https://us.example/oauth/callback?error=access_denied&state=s');
    await expect(clientOf().exchange(callback, { state: 's', verifier: 'v' })).rejects.toMatchObject({
      code: 'callback-refused',
      reason: 'access_denied',
    });
  });

  it('ends a grant with the token that was handed to it', async () => {
    canned = { status: 200, body: '' };
    await clientOf().revoke('old');
    expect([asked[0]?.path, asked[0]?.form.get('token')]).toEqual(['/revoke', 'old']);
  });

  it('has done what can be done where the server takes no such token back', async () => {
    canned = json(400, { error: 'unsupported_token_type' });
    await expect(clientOf().revoke('old')).rejects.toThrow(NeedsAuthorization);
  });

  it.each([
    ['a page of a firewall', { status: 403, body: '<h1>no</h1>' }],
    ['an answer that is lost', undefined],
    ['502', { status: 502, body: '' }],
    ['503', { status: 503, body: '' }],
  ])('is to revoke once more after %s, since that may be done twice', async (_name, answer) => {
    canned = answer;
    await expect(clientOf().revoke('old')).rejects.toThrow(PlatformUnavailable);
  });
});
