import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type Answer, type TestService } from '../setup/service.js';
import { connectWatson, deliver, type WatsonConnection } from '../setup/watson.js';

interface Connection {
  readonly id: string;
  readonly secrets: {
    readonly names: string[];
    readonly webhookSecrets: { readonly id: string; readonly from: string | null; readonly until: string | null }[];
  };
}

describe('webhook secrets', () => {
  let database: TestDatabase;
  let service: TestService;
  let connection: WatsonConnection;
  let sent = 0;

  const path = (): string => `/v1/connections/${connection.id}`;
  const change = (secrets: object): Promise<Answer<Connection>> =>
    service.call<Connection>('PATCH', path(), { body: { secrets } });
  const inSeconds = (seconds: number): string => new Date(Date.now() + seconds * 1_000).toISOString();
  const statusWith = async (secret: string): Promise<number> =>
    (await deliver(connection.webhookUrl, { type: 'message-created', spaceId: 's', n: ++sent }, { secret })).status;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url);
    await service.ready;
    connection = await connectWatson(service, { secrets: ['old'] });
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('are replaced as a list', async () => {
    expect((await change({ webhookSecrets: ['one', 'two'] })).status).toBe(200);
    expect(await Promise.all(['one', 'two', 'old'].map(statusWith))).toEqual([200, 200, 401]);
  });

  it('stay when a change does not name them', async () => {
    await change({ webhookSecrets: ['kept'] });
    expect((await service.call('PATCH', path(), { body: { name: 'Renamed' } })).status).toBe(200);
    await change({ appSecret: 'another' });
    expect(await statusWith('kept')).toBe(200);
  });

  it('are kept by their id, with new bounds', async () => {
    const before = await change({ webhookSecrets: ['kept by id'] });
    const id = before.body.secrets.webhookSecrets[0]?.id;
    const until = inSeconds(3_600);
    const after = await change({ webhookSecrets: [{ id, until }, 'added'] });
    expect(after.body.secrets.webhookSecrets).toMatchObject([
      { id, from: null, until },
      { from: null, until: null },
    ]);
    expect(await Promise.all(['kept by id', 'added'].map(statusWith))).toEqual([200, 200]);
  });

  it('are refused outside of their window', async () => {
    await change({
      webhookSecrets: [
        { secret: 'past', until: inSeconds(-1) },
        { secret: 'future', from: inSeconds(60) },
        { secret: 'now', from: inSeconds(-60), until: inSeconds(60) },
      ],
    });
    expect(await Promise.all(['past', 'future', 'now'].map(statusWith))).toEqual([401, 401, 200]);
  });

  it('begin and end by themselves at their times', async () => {
    const turn = inSeconds(1.2);
    await change({
      webhookSecrets: [
        { secret: 'leaving', until: turn },
        { secret: 'coming', from: turn },
      ],
    });
    expect(await Promise.all(['leaving', 'coming'].map(statusWith))).toEqual([200, 401]);
    await new Promise((resolve) => setTimeout(resolve, Date.parse(turn) - Date.now() + 20));
    expect(await Promise.all(['leaving', 'coming'].map(statusWith))).toEqual([401, 200]);
  });

  it('can all be taken away, and then nothing verifies', async () => {
    await change({ webhookSecrets: [] });
    expect(await statusWith('coming')).toBe(401);
    expect(await statusWith('')).toBe(401);
  });

  it.each([
    ['an unknown id', [{ id: '019a0000-0000-7000-8000-000000000001' }], '/secrets/webhookSecrets/0/id'],
    ['an empty text', [''], '/secrets/webhookSecrets'],
    ['a number', [1], '/secrets/webhookSecrets'],
    ['null', [null], '/secrets/webhookSecrets'],
    ['a list', [['x']], '/secrets/webhookSecrets'],
    ['secret and id', [{ secret: 'x', id: 'y' }], '/secrets/webhookSecrets'],
    ['neither', [{ from: '2025-01-01T00:00:00Z' }], '/secrets/webhookSecrets'],
    ['an unknown member', [{ secret: 'x', admin: true }], '/secrets/webhookSecrets'],
    ['a time that is none', [{ secret: 'x', until: 'tomorrow' }], '/secrets/webhookSecrets'],
    ['a time without a zone', [{ secret: 'x', until: '2025-01-01T00:00:00' }], '/secrets/webhookSecrets'],
    ['half a surrogate pair', ['\ud800'], '/secrets/webhookSecrets/0'],
    ['1,001 characters', ['x'.repeat(1_001)], '/secrets/webhookSecrets'],
    ['eleven secrets', Array.from({ length: 11 }, String), '/secrets/webhookSecrets'],
    ['an object', {}, '/secrets/webhookSecrets'],
  ])('are refused by name when the list has %s', async (_, webhookSecrets, pointer) => {
    const answer = await service.call<{ errors: { pointer: string }[] }>('PATCH', path(), {
      body: { secrets: { webhookSecrets } },
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors[0]?.pointer).toBe(pointer);
  });

  it('are rotated under load without one genuine call refused', async () => {
    await change({ webhookSecrets: ['first'] });
    const refused: string[] = [];
    let calls = 0;
    let current = 'first';
    let running = true;
    const platform = async (): Promise<void> => {
      while (running) {
        // The platform may use the old secret until it has been told the new one.
        const status = await statusWith(current);
        calls += 1;
        if (status !== 200) refused.push(`${current}: ${status}`);
      }
    };
    const load = Promise.all(Array.from({ length: 8 }, platform));
    for (let round = 0; round < 10; round++) {
      const next = `secret of round ${round}`;
      const stored = (await service.get<Connection>(path())).secrets.webhookSecrets.at(-1)?.id;
      expect((await change({ webhookSecrets: [{ id: stored }, next] })).status).toBe(200);
      current = next;
      // Calls that were signed before the switch are still under way.
      await new Promise((resolve) => setTimeout(resolve, 60));
      const kept = (await service.get<Connection>(path())).secrets.webhookSecrets.at(-1)?.id;
      expect((await change({ webhookSecrets: [{ id: kept }] })).status).toBe(200);
    }
    running = false;
    await load;
    expect(refused).toEqual([]);
    expect(calls).toBeGreaterThan(100);
    expect(await statusWith('first')).toBe(401);
  });
});
