import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TrytonDouble } from '../../simulators/crm/tryton/tryton-double.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { CuttingProxy } from '../setup/cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually } from '../setup/service.js';

/** Before which call a process is killed: a sweep over 250 records is some twenty of them. */
const kills = [2, 5, 8];

describe('processes that are killed while they ask a CRM what changed', () => {
  let database: TestDatabase;
  let double: TrytonDouble;
  let proxy: CuttingProxy;
  let environment: Readonly<Record<string, string>>;

  beforeAll(async () => {
    database = await createTestDatabase();
    double = await TrytonDouble.start();
    proxy = await CuttingProxy.start(double.url);
    environment = {
      DATABASE_URL: database.url,
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_MASTER_KEYS: generateMasterKey(),
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      LIAISON_OUTBOUND_ALLOW: new URL(proxy.url).host,
      LIAISON_CRM_POLL_SECONDS: '1',
    };
  });
  afterAll(async () => {
    await proxy.stop();
    await double.close();
    await database.drop();
  });

  async function connect({ url }: ServedProcess): Promise<void> {
    const answer = await fetch(`${url}/v1/crm/connections`, {
      method: 'POST',
      headers: { authorization: `Bearer ${adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        platform: 'tryton',
        name: 'Tryton',
        settings: { apiUrl: proxy.url, database: double.database, user: double.service.user },
        secrets: { password: double.service.password },
      }),
    });
    if (answer.status !== 201) throw new Error(`not connected: ${await answer.text()}`);
  }
  const caughtUpAt = async (): Promise<number> => {
    const [row] = await database.query<{ at: Date | null }>(`select caught_up_at as at from crm_polls`);
    return row?.at?.getTime() ?? 0;
  };
  async function caughtUp(): Promise<void> {
    const now = Date.now();
    await eventually(caughtUpAt, (at) => at > now, 30_000);
    const waiting = `select 1 from deliveries d where not exists (select from events e where e.delivery_id = d.id)`;
    await eventually(
      () => database.query(waiting),
      (left) => left.length === 0,
    );
  }

  it('leave nothing out and repeat nothing', { timeout: 240_000 }, async () => {
    const first = await serveProcess(environment);
    await connect(first);
    const records = Array.from({ length: 250 }, (_, i) => double.addRecord({ kind: 'opportunity', name: `no. ${i}` }));
    await caughtUp();
    let served = first;
    for (const [round, at] of kills.entries()) {
      for (const record of records) double.changeRecord(record, { name: `${record} in round ${round}` });
      const forEver = new Promise(() => undefined);
      let calls = 0;
      proxy.decide = () => (++calls < at ? 'pass' : { until: forEver });
      await eventually(
        () => calls,
        (count) => count >= at,
      );
      await served.end('SIGKILL');
      proxy.decide = () => 'pass';
      // The lease of the dead one ends.
      await database.query(`update jobs set run_at = clock_timestamp(), leased_until = null`);
      served = await serveProcess(environment);
    }
    await caughtUp();
    await served.end('SIGTERM');
    const facts = await database.query<{ record: string; at: Date; name: string }>(
      `select data ->> 'recordExternalId' as record, occurred_at as at, data ->> 'name' as name from events
       where type = 'crm.record.changed' order by seq`,
    );
    const distinct = new Set(facts.map(({ record, name }) => `${record} ${name}`));
    expect(distinct.size).toBe(facts.length);
    const last = new Map(facts.map(({ record, name }) => [record, name]));
    expect(records.filter((record) => last.get(record) !== `${record} in round ${kills.length - 1}`)).toEqual([]);
  });
});
