import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { ACTING_TOKENS, type ActingTokens } from '../../src/tokens/acting-tokens.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

interface Canned {
  readonly status: number;
  readonly headers?: Record<string, string>;
  readonly body: string;
}

/** A host that writes down all that is said to it, and answers what it is told to. */
class Listener {
  readonly heard: string[] = [];
  answer: Canned = { status: 404, body: 'nobody' };
  private readonly server: Server = createServer((request, response) => void this.#serve(request, response));

  static async start(): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve) => listener.server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get host(): string {
    // A server that listens on TCP has such an address.
    return `127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString('utf8');
    this.heard.push(`${request.url ?? ''} ${JSON.stringify(request.headers)} ${body}`);
    const { status, headers = { 'content-type': 'text/html' }, body: text } = this.answer;
    response.writeHead(status, headers).end(text);
  }
}

const json = { 'content-type': 'application/json' };
const pair = {
  access_token: 'users-access-token',
  refresh_token: 'users-refresh-token',
  token_type: 'bearer',
  expires_in: 3_600,
  id: 'ann',
};

describe('what a connection keeps', () => {
  let database: TestDatabase;
  let other: Listener;
  let front: Listener;
  let service: TestService;
  let tokens: ActingTokens;
  beforeAll(async () => {
    database = await createTestDatabase();
    [other, front] = await Promise.all([Listener.start(), Listener.start()]);
    service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: `${other.host},${front.host}` });
    await service.ready;
    tokens = service.app.get<ActingTokens>(ACTING_TOKENS);
  });
  afterAll(async () => {
    await service.stop();
    other.stop();
    front.stop();
    await database.drop();
  });
  const gives = (changes: object = {}): void => {
    front.answer = { status: 200, headers: json, body: JSON.stringify({ ...pair, ...changes }) };
  };
  const connect = async (): Promise<string> => {
    gives();
    const { body } = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'watson-work',
        name: 'Watson Work',
        settings: { appId: 'app', apiUrl: `http://${front.host}` },
        secrets: { appSecret: 'the-app-secret' },
      },
    });
    return body.id;
  };
  const ask = async (connectionId: string): Promise<{ id: string; callback: string }> => {
    const { body } = await service.call<{ id: string; authorizeUrl: string }>('POST', '/v1/grants', {
      body: { connectionId },
    });
    const state = new URL(body.authorizeUrl).searchParams.get('state') ?? '';
    return { id: body.id, callback: `${service.url}/oauth/callback?code=users-code&state=${state}` };
  };
  const grantAt = async (connectionId: string): Promise<string> => {
    const { id, callback } = await ask(connectionId);
    await fetch(callback);
    return id;
  };
  const change = (connectionId: string, body: object): Promise<{ status: number; body: unknown }> =>
    service.call('PATCH', `/v1/connections/${connectionId}`, { body });
  /** As somebody may who can change connections and does not know their secrets. */
  const redirect = (connectionId: string): Promise<{ status: number }> =>
    change(connectionId, {
      settings: { apiUrl: `http://${other.host}` },
      secrets: { appSecret: 'a-secret-of-somebody-else' },
    });
  const secretsHeard = (): readonly string[] => {
    const said = other.heard.splice(0).join('\n');
    const basic = Buffer.from('app:the-app-secret').toString('base64');
    return ['users-access-token', 'users-refresh-token', 'users-code', 'the-app-secret', basic].filter((secret) =>
      said.includes(secret),
    );
  };
  const grant = (id: string): Promise<{ state: string; reason: string | null }> => service.get(`/v1/grants/${id}`);
  const due = (id: string): Promise<unknown> =>
    database.query(`update grants set expires_at = now(), renew_after = now() where id = $1`, [id]);

  it('is not sent to another address unless the secrets are entered again', async () => {
    const connectionId = await connect();
    const settings = { apiUrl: `http://${other.host}` };
    expect(await change(connectionId, { settings })).toMatchObject({
      status: 400,
      body: { errors: [{ pointer: '/secrets/appSecret' }] },
    });
    expect((await change(connectionId, { settings: { apiUrl: `http://${front.host}/` } })).status).toBe(200);
    expect((await redirect(connectionId)).status).toBe(200);
  });

  it.each(['good', 'over'])("is not said to another host: a user's tokens that are %s", async (life) => {
    const connectionId = await connect();
    const id = await grantAt(connectionId);
    if (life === 'over') await due(id);
    expect((await redirect(connectionId)).status).toBe(200);
    await expect(tokens.user(id)).rejects.toThrow(NeedsAuthorization);
    expect(await grant(id)).toMatchObject({ state: 'needs-reauthorization', reason: 'other-address' });
    expect(secretsHeard()).toEqual([]);
  });

  it("is not said to another host: the app's token", async () => {
    const connectionId = await connect();
    const connection = () => service.app.get(ConnectionDirectory).get(connectionId);
    const before = connection();
    if (before === undefined) throw new Error('there is no such connection');
    expect((await tokens.app(before)).accessToken).toBe('users-access-token');
    expect((await redirect(connectionId)).status).toBe(200);
    // The other host gives none, so there is none.
    await expect(tokens.app(connection() ?? before)).rejects.toThrow();
    expect(secretsHeard()).toEqual([]);
  });

  it('is not said to another host: the code of a user who was on the way', async () => {
    const connectionId = await connect();
    const { id, callback } = await ask(connectionId);
    expect((await redirect(connectionId)).status).toBe(200);
    await fetch(callback);
    expect(await grant(id)).toMatchObject({ state: 'failed', reason: 'connection-changed' });
    expect(secretsHeard()).toEqual([]);
  });

  it('is renewed ten minutes before its end also the first time', async () => {
    const connectionId = await connect();
    gives({ expires_in: 1_209_600 });
    const id = await grantAt(connectionId);
    const [row] = await database.query<{ early: number }>(
      `select extract(epoch from expires_at - renew_after)::float8 as early from grants where id = $1`,
      [id],
    );
    expect(row?.early).toBeLessThanOrEqual(601);
  });

  it.each<[string, Canned]>([
    ['a page of a proxy that forbids', { status: 403, body: '<h1>no</h1>' }],
    [
      'a redirect to a page of maintenance',
      { status: 302, headers: { location: 'https://status.example/' }, body: '' },
    ],
    [
      'an error of OAuth that is of the call',
      { status: 400, headers: json, body: JSON.stringify({ error: 'invalid_request' }) },
    ],
  ])("outlives %s at the token endpoint: a user's grant", async (_name, answer) => {
    const id = await grantAt(await connect());
    front.answer = answer;
    await due(id);
    await expect(tokens.user(id)).rejects.toMatchObject({ code: 'platform-unavailable' });
    expect((await grant(id)).state).toBe('active');
  });
});
