import { once } from 'node:events';
import { createServer, type OutgoingHttpHeaders } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboundHttp } from '../../common/outbound/outbound-http.js';
import { recordFacts, type Fact, type LiaisonEvent } from '../../events/event.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';
import { type FetchAnswer, type FetchRequest } from '../platform.js';
import { type PlatformAccount } from '../platform-account.js';
import { WebexRefusal } from './api/webex-api.errors.js';
import { webexHydration } from './webex.hydration.js';

const at = new Date('2026-01-01T10:00:00.000Z');
const space = { externalId: 'room/1' };
const rooms = { resource: 'rooms', externalId: 'room/1', spaceExternalId: 'room/1' };
const memberships = { ...rooms, resource: 'memberships' };

function eventOf(fact: Fact): LiaisonEvent {
  const origin = {
    tenantId: 't',
    connectionId: '019a0000-0000-7000-8000-000000000001',
    platform: 'webex',
    deliveryId: '019a0000-0000-7000-8000-000000000002',
    deliverySeq: '1',
    learnedAt: at,
  };
  const [event] = recordFacts([fact], origin, () => undefined);
  if (event === undefined) throw new Error('a fact becomes an event');
  return event;
}

describe('what Webex must be asked for', () => {
  const needs = (fact: Fact, titleKnown = true): readonly FetchRequest[] =>
    webexHydration.needs(eventOf(fact), { titleKnown });
  const message = (content: string | null): Fact => ({
    type: 'message.created',
    occurredAt: at,
    space,
    data: { messageExternalId: 'm', content },
  });
  const submission = (data: object): Fact => ({
    type: 'annotation.added',
    occurredAt: at,
    space,
    data: { annotationExternalId: 'a', annotationType: 'card-submit', ...data },
  });
  const room = (changes: object): Fact => ({ type: 'space.updated', occurredAt: at, space, data: { changes } });

  it('the text of a message that is withheld', () => {
    const wanted = { resource: 'messages', externalId: 'm', spaceExternalId: 'room/1' };
    expect(needs(message(null))).toEqual([wanted]);
    expect(needs(message('told'))).toEqual([]);
  });

  it('the inputs of a card, once', () => {
    const wanted = { resource: 'attachment/actions', externalId: 'a', spaceExternalId: 'room/1' };
    expect(needs(submission({}))).toEqual([wanted]);
    expect(needs(submission({ payload: {} }))).toEqual([]);
    expect(needs(submission({ annotationType: 'other' }))).toEqual([]);
  });

  it('the room when it changed or moved, until its title was told', () => {
    expect(needs(room({ properties: { isLocked: true } }))).toEqual([rooms]);
    expect(needs(room({ title: '', properties: { unavailable: false } }))).toEqual([]);
    expect(needs({ type: 'space.migrated', occurredAt: at, space, data: { details: {} } })).toEqual([rooms]);
  });

  it('the room and its members with the first that we hear of it', () => {
    expect(needs(message('told'), false)).toEqual([rooms, memberships]);
    expect(needs(room({ properties: {} }), false)).toEqual([rooms, memberships]);
  });

  it('nothing when Webex has just said that we may not see the room', () => {
    expect(needs(room({ properties: { unavailable: 'refused' } }), false)).toEqual([]);
  });

  it('nothing for what is in no room', () => {
    const data = { activityType: 'meetings.started', details: {} };
    expect(needs({ type: 'activity.reported', occurredAt: at, space: undefined, data }, false)).toEqual([]);
  });
});

describe('asking Webex', () => {
  const cleanUps: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
  });

  interface Reply {
    readonly status?: number;
    readonly headers?: OutgoingHttpHeaders;
    readonly body?: string;
  }

  /** Asks a server on loopback that gives these replies, one for each call. */
  async function ask(
    request: FetchRequest,
    replies: readonly (Reply | 'hang up')[],
    token: string | null = 'token',
  ): Promise<{ answers: readonly FetchAnswer[]; calls: string[] }> {
    const calls: string[] = [];
    const server = createServer((incoming, response) => {
      const reply = replies[calls.length] ?? { status: 500 };
      calls.push(`${String(incoming.headers.authorization)} ${incoming.method ?? ''} ${incoming.url ?? ''}`);
      if (reply === 'hang up') incoming.socket.destroy();
      else
        response
          .writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers })
          .end(reply.body);
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
    const account: PlatformAccount = {
      settings: { apiUrl: `http://${host}/v1` },
      secret: () => undefined,
      appToken: () => (token === null ? Promise.reject(new NeedsAuthorization()) : Promise.resolve(token)),
      organizationToken: () => Promise.resolve(undefined),
    };
    return { answers: await webexHydration.fetch(request, account, http), calls };
  }

  const message = { resource: 'messages', externalId: 'm/?1', spaceExternalId: 'room/1' };

  it('keeps the exact bytes, and a time inside them', async () => {
    const body = '{ "id": "m", "created": "2026-01-01T10:00:00.000Z", "n": 1.0 }';
    const { answers, calls } = await ask(message, [{ body }]);
    expect(calls).toEqual(['Bearer token GET /v1/messages/m%2F%3F1']);
    expect(answers).toEqual([
      { status: 200, contentType: 'application/json', body: Buffer.from(body), sourceTimeMs: at.getTime() },
    ]);
  });

  it('takes the time of the last edit before that of the creation', async () => {
    const body = '{"created":"2025-01-01T10:00:00.000Z","updated":"2026-01-01T10:00:00.000Z"}';
    const { answers } = await ask(message, [{ body }]);
    expect(answers[0]?.sourceTimeMs).toBe(at.getTime());
  });

  it.each([
    ['attachment/actions', '/v1/attachment/actions/m%2F%3F1'],
    ['rooms', '/v1/rooms/m%2F%3F1'],
    ['memberships', '/v1/memberships?roomId=m%2F%3F1&max=100'],
  ])('knows where %s are', async (resource, path) => {
    const { calls } = await ask({ ...message, resource }, [{ body: '{"items":[]}' }]);
    expect(calls).toEqual([`Bearer token GET ${path}`]);
  });

  it.each([403, 404, 410])('keeps a final no: %i', async (status) => {
    const { answers } = await ask(message, [{ status, body: '<html>', headers: { 'content-type': 'text/html' } }]);
    expect(answers).toEqual([
      { status, contentType: 'text/html', body: Buffer.from('<html>'), sourceTimeMs: undefined },
    ]);
  });

  it('keeps each page of the members, empty ones too', async () => {
    const next = { link: '</v1/memberships?roomId=r&after=1>; rel="next"' };
    const other = { link: '</v1/memberships?roomId=r&after=2>; rel="next"' };
    const { answers, calls } = await ask(memberships, [
      { body: '{"items":[{"personId":"a"}]}', headers: next },
      { body: '{"items":[]}', headers: other },
      { body: '{"items":[{"personId":"b"}]}' },
    ]);
    expect(answers.map(({ body }) => body.toString())).toEqual([
      '{"items":[{"personId":"a"}]}',
      '{"items":[]}',
      '{"items":[{"personId":"b"}]}',
    ]);
    expect(calls).toHaveLength(3);
  });

  it('asks for authorization when the token is not taken, or there is none', async () => {
    await expect(ask(message, [{ status: 401 }])).rejects.toThrow(NeedsAuthorization);
    await expect(ask(message, [], null)).rejects.toThrow(NeedsAuthorization);
  });

  it.each([
    [{ status: 429, headers: { 'retry-after': '40' } }, 'rate-limited', 40],
    [{ status: 423, headers: { 'retry-after': '7' } }, 'locked', 7],
    [{ status: 500 }, 'no-usable-answer', 5],
    [{ status: 503, body: '<html>' }, 'no-usable-answer', 5],
    [{ status: 200, body: '<html>' }, 'no-usable-answer', 5],
    ['hang up' as const, 'network', 5],
  ])('says that %j passes', async (reply, reason, retryAfterSeconds) => {
    const failure = await ask(message, [reply]).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(PlatformUnavailable);
    expect(failure).toMatchObject({ reason, retryAfterSeconds });
  });

  it('keeps nothing of a list that breaks off', async () => {
    const next = { link: '</v1/memberships?after=1>; rel="next"' };
    await expect(ask(memberships, [{ body: '{"items":[]}', headers: next }, { status: 502 }])).rejects.toThrow(
      PlatformUnavailable,
    );
  });

  it('does not hide a call that can never be right', async () => {
    await expect(ask(message, [{ status: 400 }])).rejects.toThrow(WebexRefusal);
  });
});
