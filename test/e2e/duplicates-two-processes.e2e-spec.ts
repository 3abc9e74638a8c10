import { Agent, request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually } from '../setup/service.js';
import { sign } from '../setup/watson.js';

const deliveries = 1_000;
const copies = 50;
const perProcess = 32;

describe('fifty copies of each of a thousand deliveries', () => {
  let database: TestDatabase;
  let processes: ServedProcess[] = [];
  let connections: string[] = [];
  const agent = new Agent({ keepAlive: true, maxSockets: 2 * perProcess });
  const statuses = new Map<number, number>();

  const api = async <Body>(method: string, path: string, body?: object): Promise<Body> => {
    const response = await fetch(`${processes[0]?.url ?? ''}${path}`, {
      method,
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    // What the caller says that it expects.
    return (await response.json()) as Body;
  };
  const post = (url: string, body: Buffer, token: string): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = { 'x-outbound-token': token, 'content-length': body.length };
      const call = request(url, { method: 'POST', headers, agent }, (answer) => {
        answer.resume();
        answer.on('end', () => resolve(answer.statusCode ?? 0));
      });
      call.on('error', reject);
      call.end(body);
    });

  /** Waits until a process answers the challenge of a connection, which it need not have heard of yet. */
  const known = async (url: string, id: string, secret: string): Promise<void> => {
    const challenge = Buffer.from('{"type":"verification","challenge":"known"}');
    await eventually(
      () => post(`${url}/webhooks/watson-work/${id}`, challenge, sign(challenge, secret)),
      (status) => status === 200,
    );
  };

  beforeAll(async () => {
    database = await createTestDatabase();
    const environment = {
      DATABASE_URL: database.url,
      LIAISON_MASTER_KEYS: '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      LIAISON_LOG_LEVEL: 'info',
    };
    processes = await Promise.all([serveProcess(environment), serveProcess(environment)]);
    connections = [];
    for (let i = 0; i < 4; i++) {
      const made = await api<{ id: string }>('POST', '/v1/connections', {
        platform: 'watson-work',
        name: `App ${i}`,
        settings: { appId: 'app' },
        secrets: { webhookSecrets: [`secret ${i}`] },
      });
      connections.push(made.id);
    }
    await Promise.all(
      processes.flatMap((one) => connections.map((id, which) => known(one.url, id, `secret ${which}`))),
    );
  });
  afterAll(async () => {
    agent.destroy();
    await Promise.all(processes.map((one) => one.end('SIGTERM')));
    await database.drop();
  });

  it('to two processes over four connections are all acknowledged', async () => {
    const calls = Array.from({ length: deliveries }, (_, i) => {
      const which = i % connections.length;
      const body = Buffer.from(
        JSON.stringify({
          type: 'message-created',
          spaceId: `space ${i % 37}`,
          messageId: `message ${i}`,
          content: `text ${i}`,
          time: 1519758289517 + i,
        }),
      );
      return { path: `/webhooks/watson-work/${connections[which] ?? ''}`, body, token: sign(body, `secret ${which}`) };
    });
    // Copies of one delivery lie close together and alternate between the processes.
    let next = 0;
    const total = deliveries * copies;
    const sender = async (): Promise<void> => {
      for (let mine = next++; mine < total; mine = next++) {
        const call = calls[Math.floor(mine / copies)];
        const url = processes[mine % 2]?.url;
        if (call === undefined || url === undefined) throw new Error('out of range');
        const status = await post(url + call.path, call.body, call.token);
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
      }
    };
    await Promise.all(Array.from({ length: 2 * perProcess }, sender));
    expect(Object.fromEntries(statuses)).toEqual({ 200: total });
  }, 120_000);

  it('are a thousand deliveries', async () => {
    const [row] = await database.query<{ rows: number; bodies: number }>(
      'select count(*)::int as rows, count(distinct body)::int as bodies from deliveries',
    );
    expect(row).toEqual({ rows: deliveries, bodies: deliveries });
  });

  it('are a thousand events and a thousand messages, in the order of their lanes', async () => {
    const count = async (table: string): Promise<number> =>
      (await database.query<{ count: number }>(`select count(*)::int as count from ${table}`))[0]?.count ?? -1;
    await eventually(
      () => count('events'),
      (events) => events >= deliveries,
      20_000,
    );
    expect(await count('events')).toBe(deliveries);
    expect(await count('messages')).toBe(deliveries);
    expect(await count('parked_deliveries')).toBe(0);
    const disorder = await database.query(
      `select 1 from (select seq, lag(delivery_seq) over (partition by space_id order by seq) as before, delivery_seq
                      from events) e where before > delivery_seq`,
    );
    expect(disorder).toEqual([]);
  }, 40_000);
});
