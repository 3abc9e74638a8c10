import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.js';
import { post, postOf } from '../setup/posts.js';
import { eventually, startTestService } from '../setup/service.js';

describe('posts at a platform that answers oddly', () => {
  it('are refused once where it says no at length, in words that the database cannot hold', async () => {
    const database = await createTestDatabase();
    let calls = 0;
    const odd: Server = createServer((request, response) => {
      request.resume();
      const json = (status: number, body: object): unknown =>
        response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
      if (request.url === '/oauth/token') json(200, { access_token: 'a', token_type: 'bearer', expires_in: 3_600 });
      else if (request.url === '/graphql') json(200, { data: { conversation: { messages: { items: [] } } } });
      else {
        calls++;
        json(400, { message: `no\u0000${'o'.repeat(600)}` });
      }
    });
    await new Promise<void>((resolve) => odd.listen(0, '127.0.0.1', resolve));
    const host = `127.0.0.1:${(odd.address() as AddressInfo).port}`;
    const service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: host });
    await service.ready;
    const { body: connection } = await service.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'watson-work',
        name: 'Odd',
        settings: { appId: 'app', apiUrl: `http://${host}` },
        secrets: { appSecret: 's', webhookSecrets: ['x'] },
      },
    });
    const spaceId = randomUUID();
    await database.query(
      `insert into spaces (id, tenant_id, connection_id, platform, external_id, fields, first_seen_at, last_event_at)
     values ($1, 'default', $2, 'watson-work', 'room', '{}', now(), now())`,
      [spaceId, connection.id],
    );
    const taken = await post(service, { connectionId: connection.id, spaceId, as: 'app', text: 'hello' });
    const shown = await eventually(
      () => postOf(service, taken.body.id),
      ({ state }) => state === 'failed' || calls > 1,
      20_000,
    );
    await service.stop();
    odd.close();
    odd.closeAllConnections();
    await database.drop();
    expect([calls, shown.state, shown.reason]).toEqual([1, 'failed', 'invalid']);
    expect(shown.platformMessage).toBe(`no\ufffd${'o'.repeat(497)}`);
  });
});
