import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { type AddressInfo } from 'node:net';
import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboundHttp } from '../../../common/outbound/outbound-http.js';
import { Secret } from '../../../common/security/secret.js';
import { NeedsAuthorization } from '../../platform.errors.js';
import { type TokenPair } from './token-pair.js';
import { WebexAuthorizationNeeded, WebexRefusal } from './webex-api.errors.js';
import { WebexTokens } from './webex-tokens.js';

interface Seen {
  readonly line: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

const cleanUps: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const sample = (name: string): string =>
  readFileSync(new URL(`../../../../test/fixtures/webex/${name}`, import.meta.url), 'utf8');

/** The token endpoints of a server on loopback that gives this one answer; status 0 is a connection that is cut. */
async function tokensOf(status: number, body: string): Promise<{ tokens: WebexTokens; seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer((request, response) => {
    let text = '';
    request.setEncoding('utf8').on('data', (part: string) => (text += part));
    request.on('end', () => {
      seen.push({ line: `${request.method ?? ''} ${request.url ?? ''}`, headers: request.headers, body: text });
      if (status === 0) request.socket.destroy();
      else response.writeHead(status).end(body);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server that listens on TCP has this form of address.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = new OutboundHttp({ allow: [host] });
  cleanUps.push(async () => {
    await http.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  return { tokens: new WebexTokens(http, { apiUrl: `http://${host}/v1/` }), seen };
}

const target = { clientId: 'C1', clientSecret: new Secret('canary-client'), targetOrgId: 'org' };
const bearer = (): Secret => new Secret('canary-bearer');
const fetchPair = (tokens: WebexTokens): Promise<TokenPair> => tokens.fetchServiceAppToken('app/1', target, bearer);
const refresh = (tokens: WebexTokens): Promise<TokenPair> =>
  tokens.refreshToken({
    clientId: 'C1',
    clientSecret: new Secret('canary&client'),
    refreshToken: new Secret('canary=refresh'),
  });

/** In one word: what somebody must do, or what the refusal means. */
async function verdict(call: Promise<TokenPair>): Promise<string> {
  try {
    await call;
    return 'tokens';
  } catch (error) {
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain('canary');
    if (error instanceof WebexAuthorizationNeeded) {
      expect(error).toBeInstanceOf(NeedsAuthorization);
      return `needs ${error.reason}`;
    }
    if (error instanceof WebexRefusal) return error.outcome;
    throw error;
  }
}

const webexError = '{"message":"no","errors":[{"description":"no"}],"trackingId":"T"}';
const oauthError = (code: string): string => JSON.stringify({ error: code, error_description: 'no' });

describe('a Service App token', () => {
  it('is asked for with the id of the organisation and comes with its ends', async () => {
    const { tokens, seen } = await tokensOf(200, sample('response_service_app_token.openapi.json'));
    const before = Date.now();
    const pair = await fetchPair(tokens);
    const after = Date.now();
    expect(pair.accessToken.reveal()).toBe('ZmFrZVRva2VuRm9yRXhhbXBsZVB1cnBvc2VzT25seQ...');
    expect(pair.refreshToken?.reveal()).toBe('ZmFrZVJlZnJlc2hUb2tlbkZvckV4YW1wbGVPbmx5...');
    const lifeOf = (end: Date | undefined): number => end?.getTime() ?? 0;
    expect(lifeOf(pair.accessExpiresAt)).toBeGreaterThanOrEqual(before + 3_600_000);
    expect(lifeOf(pair.accessExpiresAt)).toBeLessThanOrEqual(after + 3_600_000);
    expect(lifeOf(pair.refreshExpiresAt)).toBeGreaterThanOrEqual(before + 7_776_000_000);
    expect(seen[0]?.line).toBe('POST /v1/applications/app%2F1/token');
    expect(seen[0]?.headers.authorization).toBe('Bearer canary-bearer');
    expect(JSON.parse(seen[0]?.body ?? '')).toEqual({
      clientId: 'C1',
      clientSecret: 'canary-client',
      targetOrgId: 'org',
    });
    expect(inspect(pair) + JSON.stringify(pair)).not.toContain('ZmFrZ');
  });

  it.each([
    [400, webexError, 'invalid'],
    [400, oauthError('invalid_client'), 'needs client'],
    [401, '', 'auth'],
    [403, webexError, 'needs consent'],
    [404, webexError, 'gone'],
    [429, '<html></html>', 'retry'],
    [500, '', 'retry'],
    [503, '', 'retry'],
    [0, '', 'retry'],
    [200, '{}', 'retry'],
    [200, '', 'retry'],
    [200, '{"access_token":""}', 'retry'],
  ])('after %i %s: %s', async (status, body, expected) => {
    expect(await verdict(fetchPair((await tokensOf(status, body)).tokens))).toBe(expected);
  });
});

describe('a refresh', () => {
  it('sends a form without a bearer and takes the new pair', async () => {
    const { tokens, seen } = await tokensOf(200, sample('response_access_token.docs.json'));
    const pair = await refresh(tokens);
    expect([pair.accessToken.reveal(), pair.refreshToken?.reveal()]).toEqual(['NjlhN...', 'Nzc0N...']);
    expect(seen[0]?.line).toBe('POST /v1/access_token');
    expect(seen[0]?.headers.authorization).toBeUndefined();
    expect(seen[0]?.headers['content-type']).toBe('application/x-www-form-urlencoded');
    expect(Object.fromEntries(new URLSearchParams(seen[0]?.body))).toEqual({
      grant_type: 'refresh_token',
      client_id: 'C1',
      client_secret: 'canary&client',
      refresh_token: 'canary=refresh',
    });
  });

  it('keeps the refresh token when Webex gives none, and takes no end for no end', async () => {
    const { tokens } = await tokensOf(200, '{"access_token":"a","expires_in":"soon"}');
    const pair = await refresh(tokens);
    expect(pair.refreshToken?.reveal()).toBe('canary=refresh');
    expect([pair.accessExpiresAt, pair.refreshExpiresAt]).toEqual([undefined, undefined]);
  });

  it.each([
    [400, oauthError('invalid_grant'), 'needs grant'],
    [400, webexError, 'needs grant'],
    [400, '', 'needs grant'],
    [401, '', 'needs grant'],
    [401, oauthError('invalid_grant'), 'needs grant'],
    [401, oauthError('invalid_client'), 'needs client'],
    [400, oauthError('unauthorized_client'), 'needs client'],
    [403, webexError, 'needs consent'],
    [400, oauthError('invalid_request'), 'invalid'],
    [400, oauthError('unsupported_grant_type'), 'invalid'],
    [429, '', 'retry'],
    [500, oauthError('invalid_grant'), 'retry'],
    [502, '<html></html>', 'retry'],
    [504, '', 'retry'],
    [0, '', 'retry'],
    [200, '<html></html>', 'retry'],
  ])('after %i %s: %s', async (status, body, expected) => {
    expect(await verdict(refresh((await tokensOf(status, body)).tokens))).toBe(expected);
  });
});
