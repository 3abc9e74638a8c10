import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually, startTestService, type TestService } from '../setup/service.js';
import { connectWatson, deliver } from '../setup/watson.js';

const masterKeys = '1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';

/** Makes a Node process believe that it is `ms` later than it is. */
function nodeOptionsForClock(ms: number): string {
  const code = `const Real = Date; globalThis.Date = class extends Real {
    constructor(...given) { if (given.length === 0) super(Real.now() + ${ms}); else super(...given); }
    static now() { return Real.now() + ${ms}; }
  };`;
  return `--import=data:text/javascript,${encodeURIComponent(code)}`;
}

describe('two processes whose clocks are five minutes apart', () => {
  let database: TestDatabase;
  let here: TestService;
  let there: ServedProcess;

  beforeAll(async () => {
    database = await createTestDatabase();
    here = await startTestService(database.url, { LIAISON_MASTER_KEYS: masterKeys });
    await here.ready;
    there = await serveProcess({
      DATABASE_URL: database.url,
      LIAISON_MASTER_KEYS: masterKeys,
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      NODE_OPTIONS: nodeOptionsForClock(-5 * 60_000),
    });
  });
  afterAll(async () => {
    await there.end('SIGTERM');
    await here.stop();
    await database.drop();
  });

  it('both refuse a connection that the slow one has removed', async () => {
    const { id, webhookUrl } = await connectWatson(here);
    expect((await deliver(webhookUrl, { type: 'message-created' })).status).toBe(200);
    const removed = await fetch(`${there.url}/v1/connections/${id}`, {
      method: 'DELETE',
      headers: { authorization: `Bearer ${adminKey}` },
    });
    expect(removed.status).toBe(204);
    await eventually(
      async () => (await deliver(webhookUrl, { type: 'message-created' })).status,
      (status) => status === 401,
      6_000,
    );
  });

  it('both take calls of a connection that the slow one has made', async () => {
    const made = await connectWatson({
      ...here,
      call: async (method, path, options = {}) => {
        const response = await fetch(there.url + path, {
          method,
          headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
          body: JSON.stringify(options.body),
        });
        // The shape that the caller says.
        return { status: response.status, headers: response.headers, body: (await response.json()) as never };
      },
    });
    await eventually(
      async () => (await deliver(`${here.url}/webhooks/watson-work/${made.id}`, {})).status,
      (status) => status === 200,
      6_000,
    );
  });
});
