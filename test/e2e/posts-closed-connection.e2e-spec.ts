import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { createTestDatabase } from '../setup/database.js';
import { post, postOf } from '../setup/posts.js';
import { eventually, startTestService } from '../setup/service.js';

describe('posts of a connection whose secrets a worker cannot open', () => {
  it('wait for a worker that can', async () => {
    const database = await createTestDatabase();
    const api = await startTestService(database.url, { LIAISON_ROLE: 'api' });
    await api.ready;
    const { body: connection } = await api.call<{ id: string }>('POST', '/v1/connections', {
      body: {
        platform: 'watson-work',
        name: 'Sealed with the new key',
        settings: { appId: 'app', apiUrl: 'http://127.0.0.1:1' },
        secrets: { appSecret: 's', webhookSecrets: ['x'] },
      },
    });
    const spaceId = randomUUID();
    await database.query(
      `insert into spaces (id, tenant_id, connection_id, platform, external_id, fields, first_seen_at, last_event_at)
       values ($1, 'default', $2, 'watson-work', 'room', '{}', now(), now())`,
      [spaceId, connection.id],
    );
    // In a deployment where this worker got the list of keys later, or wrongly.
    const worker = await startTestService(database.url, { LIAISON_ROLE: 'worker' });
    await worker.ready;
    const taken = await post(api, { connectionId: connection.id, spaceId, as: 'app', text: 'hello' });
    const tried = await eventually(
      () => database.query<{ state: string; reason: string | null }>(`select state, last_reason as reason from jobs`),
      ([job]) => job?.reason !== null,
    );
    const shown = await postOf(api, taken.body.id);
    await worker.stop();
    await api.stop();
    await database.drop();
    expect(tried).toEqual([{ state: 'waiting', reason: 'connection-closed' }]);
    expect(shown.state).toBe('queued');
  });
});
