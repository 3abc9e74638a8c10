import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { TrytonDouble } from '../../simulators/crm/tryton/tryton-double.js';
import { ConnectionDirectory } from '../../src/connections/connection-directory.js';
import { type OpenConnection } from '../../src/connections/open-connection.js';
import { type CrmRecord } from '../../src/crm/crm-record.js';
import { tryton } from '../../src/crm/tryton/tryton.crm.js';
import { PollTable } from '../../src/crm-sync/polling/poll-table.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

describe('what a CRM answered and where the next question begins', () => {
  let database: TestDatabase;
  let double: TrytonDouble;
  let service: TestService;
  let table: PollTable;
  let connection: OpenConnection;

  beforeAll(async () => {
    database = await createTestDatabase();
    double = await TrytonDouble.start();
    service = await startTestService(database.url, {
      LIAISON_OUTBOUND_ALLOW: new URL(double.url).host,
      // The first sweep is the only one that is not made here.
      LIAISON_CRM_POLL_SECONDS: '86400',
    });
    await service.ready;
    const { body } = await service.call<{ id: string }>('POST', '/v1/crm/connections', {
      body: {
        platform: 'tryton',
        name: 'Tryton',
        settings: { apiUrl: double.url, database: double.database, user: double.service.user },
        secrets: { password: double.service.password },
      },
    });
    await eventually(
      () => database.query(`select 1 from crm_polls where caught_up_at is not null`),
      (rows) => rows.length === 1,
    );
    table = service.app.get(PollTable);
    const open = service.app.get(ConnectionDirectory).get(body.id);
    if (open === undefined) throw new Error('it was just made');
    connection = open;
  });
  beforeEach(async () => {
    await database.query(`update crm_polls set position = 'a'`);
  });
  afterAll(async () => {
    await service.stop();
    await double.close();
    await database.drop();
  });

  const record = (name: string): CrmRecord => ({
    kind: 'opportunity',
    externalId: '42',
    name,
    version: name,
    changedAt: new Date('2026-03-01T09:59:00.500Z'),
  });
  const answered = (position: string, ...names: readonly string[]): Promise<void> =>
    table.store({ asked: 'a', position, records: names.map(record), restMs: undefined }, connection, tryton);
  const position = async (): Promise<string | undefined> => (await table.place(connection.id))?.position;
  async function stored(): Promise<readonly string[]> {
    const rows = await database.query<{ body: Buffer }>(
      `select body from deliveries where scheme = 'polled' order by seq`,
    );
    return rows.map(({ body }) => /"name":"([^"]*)"/.exec(body.toString())?.[1] ?? '');
  }

  it('are stored together, of two answers to one question those of one', async () => {
    await Promise.all([answered('b', 'of b'), answered('c', 'of c')]);
    const winner = await position();
    expect(['b', 'c']).toContain(winner);
    expect(await stored()).toEqual([`of ${winner ?? ''}`]);
    // The other one asks again, from there.
    await answered('d', 'late');
    expect([await position(), await stored()]).toEqual([winner, [`of ${winner ?? ''}`]]);
  });

  it('are both not there where the database takes one of them not', async () => {
    const before = await stored();
    await database.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'not now'; end $$`);
    await database.query(`create trigger refuse before insert on deliveries for each row execute function refuse()`);
    await expect(answered('b', 'refused at first')).rejects.toThrow('not now');
    expect([await position(), await stored()]).toEqual(['a', before]);
    await database.query(`drop function refuse cascade`);
    await answered('b', 'refused at first');
    expect([await position(), await stored()]).toEqual(['b', [...before, 'refused at first']]);
  });

  it('move on where nothing is new, and a version that is there already is not stored again', async () => {
    await answered('b', 'once', 'once');
    const before = await stored();
    await database.query(`update crm_polls set position = 'a'`);
    await answered('c', 'once');
    expect([await position(), await stored()]).toEqual(['c', before]);
    await database.query(`update crm_polls set position = 'a'`);
    await answered('d');
    expect([await position(), await stored()]).toEqual(['d', before]);
    expect(before.filter((name) => name === 'once')).toHaveLength(1);
  });

  it('are told to whoever watches by how far they are behind', async () => {
    const behind = async (): Promise<number> => {
      const text = await service.get<string>('/metrics');
      return Number(/^liaison_crm_polls_behind_seconds (\S+)$/m.exec(text)?.[1]);
    };
    await database.query(`update crm_polls set caught_up_at = clock_timestamp() - interval '2 hours'`);
    expect(Math.abs((await behind()) - 7_200)).toBeLessThan(60);
    await database.query(`update crm_polls set caught_up_at = clock_timestamp()`);
    expect(await behind()).toBeLessThan(60);
  });
});
