import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey } from '../setup/service.js';

/** One byte of a body in the chunked coding, many times over. */
const part = Buffer.from('1\r\nX\r\n'.repeat(10_000));
const callers = 2;

describe('bodies of two million chunks of one byte each, from callers without a signature', () => {
  let database: TestDatabase;
  let service: ServedProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await serveProcess({
      DATABASE_URL: database.url,
      LIAISON_MASTER_KEYS: '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=',
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      // What a small container gives; the bodies themselves are 4 MB together.
      NODE_OPTIONS: '--max-old-space-size=384',
    });
  });
  afterAll(async () => {
    await service.end('SIGTERM');
    await database.drop();
  });

  /** Sends such a body and gives the first line of the answer. */
  const send = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const { hostname, port } = new URL(service.url);
      const socket = connect(Number(port), hostname);
      let parts = 209;
      const more = (): void => {
        while (parts > 0) {
          parts -= 1;
          if (!socket.write(part)) {
            socket.once('drain', more);
            return;
          }
        }
        socket.write('0\r\n\r\n');
      };
      socket.on('error', reject);
      socket.on('close', () => reject(new Error('closed without an answer')));
      socket.on('data', (data: Buffer) => {
        resolve(data.toString().split('\r\n')[0] ?? '');
        socket.destroy();
      });
      socket.write('POST /webhooks/watson-work/x HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n');
      more();
    });

  it('are refused like any other, within the memory of a small container', async () => {
    const answers = await Promise.allSettled(Array.from({ length: callers }, send));
    expect(answers.map((one) => (one.status === 'fulfilled' ? one.value : String(one.reason)))).toEqual(
      answers.map(() => 'HTTP/1.1 401 Unauthorized'),
    );
    expect((await fetch(`${service.url}/health/live`)).status).toBe(200);
  }, 60_000);
});
