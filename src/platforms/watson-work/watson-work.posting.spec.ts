import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { OutboundHttp } from '../../common/outbound/outbound-http.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable, PostRefused } from '../platform.errors.js';
import { type PlatformAccount } from '../platform-account.js';
import { type OutgoingPost, type PlacedPost } from '../posting.js';
import { watsonWorkPosting } from './watson-work.posting.js';

const post: OutgoingPost = { id: 'p1', spaceExternalId: 'space/1', content: { text: 'hello' }, as: 'app' };
const poster = { accessToken: 't', subjectExternalId: undefined };
const servers: Server[] = [];

interface AnsweringPlatform {
  readonly account: PlatformAccount;
  readonly http: OutboundHttp;
  readonly seen: { path: string; body: unknown }[];
}

/** A platform that gives these answers in turn, the last one for ever; 0 ends the connection. */
async function platformThatAnswers(
  ...answers: readonly (readonly [status: number, body: string])[]
): Promise<AnsweringPlatform> {
  const seen: AnsweringPlatform['seen'] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      seen.push({ path: request.url ?? '', body: JSON.parse(Buffer.concat(parts).toString('utf8')) as unknown });
      const [status, body] = answers[Math.min(seen.length, answers.length) - 1] ?? [0, ''];
      if (status === 0) request.socket.destroy();
      else response.writeHead(status, { 'retry-after': '7' }).end(body);
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  // A TCP server that listens has an AddressInfo.
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    account: {
      settings: { apiUrl: `http://${host}`, appId: 'app-1' },
      secret: () => undefined,
      appToken: () => Promise.resolve('t'),
      organizationToken: () => Promise.resolve(undefined),
    },
    http: new OutboundHttp({ allow: [host] }),
    seen,
  };
}

afterEach(async () => {
  await Promise.all(
    servers.splice(0).map((server) => {
      server.closeAllConnections();
      return new Promise((resolve) => server.close(resolve));
    }),
  );
});

/** In one word, with the reason where there is one. */
async function verdict(call: Promise<PlacedPost | undefined>): Promise<string> {
  try {
    return `placed ${String((await call)?.externalId)}`;
  } catch (error) {
    if (error instanceof NeedsAuthorization) return 'needs authorization';
    if (error instanceof OutcomeUnknown) return 'unknown';
    if (error instanceof PlatformUnavailable) return `unavailable ${error.reason}`;
    if (error instanceof PostRefused) return `refused ${error.reason} ${String(error.platformMessage)}`;
    throw error;
  }
}

describe('a post to Watson Work', () => {
  it('is one generic annotation at the escaped space', async () => {
    const { account, http, seen } = await platformThatAnswers([
      201,
      '{"id":"m1","created":"2018-10-03T12:00:00.000+0000"}',
    ]);
    const placed = await watsonWorkPosting.send({ ...post, content: { text: 'a', title: 'b' } }, poster, account, http);
    expect(placed).toEqual({ externalId: 'm1', createdAt: new Date('2018-10-03T12:00:00Z') });
    expect(seen).toEqual([
      {
        path: '/v1/spaces/space%2F1/messages',
        body: {
          type: 'appMessage',
          version: 1,
          annotations: [{ type: 'generic', version: 1, text: 'a', title: 'b' }],
        },
      },
    ]);
  });

  it.each([
    [201, '{}', 'placed undefined'],
    [201, '<html>', 'unknown'],
    [400, '{"message":"no"}', 'refused invalid no'],
    [401, '', 'needs authorization'],
    [403, '{"message":"Access is denied"}', 'refused forbidden Access is denied'],
    [404, '', 'refused not-found undefined'],
    [413, '', 'refused invalid undefined'],
    [408, '', 'unknown'],
    [429, '<html>', 'unavailable rate-limited'],
    [500, '', 'unknown'],
    [502, '<html>', 'unknown'],
    [302, '', 'unavailable redirect'],
    [0, '', 'unknown'],
  ])('answered %i %s: %s', async (status, body, expected) => {
    const { account, http } = await platformThatAnswers([status, body]);
    expect(await verdict(watsonWorkPosting.send(post, poster, account, http))).toBe(expected);
  });

  it('that met nobody was surely not sent', async () => {
    const { account, http } = await platformThatAnswers([200, '']);
    for (const server of servers.splice(0)) await new Promise((resolve) => server.close(resolve));
    expect(await verdict(watsonWorkPosting.send(post, poster, account, http))).toBe('unavailable network');
  });
});

describe('a look for a post at Watson Work', () => {
  const search = { since: new Date(0), taken: new Set(['taken']) };
  const message = (id: string, author: string, annotation: object): object => ({
    id,
    created: '2018-10-03T12:00:00.000+0000',
    createdBy: { id: author },
    annotations: [JSON.stringify(annotation)],
  });
  const ours = { type: 'GENERIC', text: 'hello' };
  const page = (items: readonly object[], next?: string): readonly [number, string] => [
    200,
    JSON.stringify({
      data: {
        conversation: { messages: { items, pageInfo: { hasNextPage: next !== undefined, endCursor: next ?? null } } },
      },
    }),
  ];

  it('finds the message by author and words, and none that another post is', async () => {
    const { account, http } = await platformThatAnswers(
      page([
        message('others', 'ann', ours),
        message('taken', 'app-1', ours),
        message('titled', 'app-1', { ...ours, title: 'b' }),
        message('mine', 'app-1', ours),
      ]),
    );
    expect(await verdict(watsonWorkPosting.find(post, poster, search, account, http))).toBe('placed mine');
  });

  it('turns pages', async () => {
    const { account, http, seen } = await platformThatAnswers(page([], 'c1'), page([message('mine', 'app-1', ours)]));
    expect(await verdict(watsonWorkPosting.find(post, poster, search, account, http))).toBe('placed mine');
    expect(seen.map(({ body }) => (body as { variables: object }).variables)).toEqual([
      { space: 'space/1', oldest: 0 },
      { space: 'space/1', oldest: 0, after: 'c1' },
    ]);
  });

  it.each([
    [200, '{"data":{"conversation":null}}', 'unknown'],
    [200, '{"data":{"conversation":{"messages":{"items":[],"pageInfo":{"hasNextPage":false}}}}}', 'placed undefined'],
    [200, '{"data":null,"errors":[{"message":"500 Internal Server Error"}]}', 'unavailable no-usable-answer'],
    [200, 'not json', 'unavailable no-usable-answer'],
    [401, '', 'needs authorization'],
    [429, '', 'unavailable rate-limited'],
    [503, '', 'unavailable no-usable-answer'],
    [0, '', 'unavailable timeout'],
  ])('answered %i %s: %s', async (status, body, expected) => {
    const { account, http } = await platformThatAnswers([status, body]);
    expect(await verdict(watsonWorkPosting.find(post, poster, search, account, http))).toBe(expected);
  });
});
