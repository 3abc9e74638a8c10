import { pino } from 'pino';
import { type DataSource } from 'typeorm';
import { describe, expect, it } from 'vitest';
import { generateMasterKey, parseMasterKeys, SecretBox } from '../common/security/secret-box.js';
import { ConnectionDirectory } from './connection-directory.js';
import { sealSecrets } from './connection-secrets.js';

const box = new SecretBox(parseMasterKeys(generateMasterKey()));

/** Answers each query when the test says so, with the rows that were there when it was asked. */
class SlowTable {
  rows: object[] = [];
  readonly #waiting: (() => void)[] = [];
  asked = 0;
  failing = false;

  query(): Promise<object[]> {
    this.asked += 1;
    const { failing, rows } = this;
    return new Promise((resolve, reject) =>
      this.#waiting.push(() => (failing ? reject(new Error('away')) : resolve([...rows]))),
    );
  }

  async answerAll(): Promise<void> {
    for (let round = 0; round < 5; round++) {
      for (const answer of this.#waiting.splice(0)) answer();
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
}

function connectionRow(id: string, secret: string, updatedAt: string, deletedAt: Date | null = null): object {
  const connection = { id, tenantId: 'tenant' };
  const secrets = { named: {}, webhookSecrets: [{ id: 'one', secret, from: null, until: null }] };
  return {
    ...connection,
    platform: 'watson-work',
    settings: {},
    sealedSecrets: sealSecrets(box, connection, secrets),
    updatedAt: new Date(updatedAt),
    deletedAt,
  };
}

function directoryOf(table: SlowTable): ConnectionDirectory {
  // `query` is all that the directory asks of its data source.
  return new ConnectionDirectory(table as unknown as DataSource, box, pino({ level: 'silent' }), []);
}

describe('ConnectionDirectory', () => {
  it('knows what the table holds once it has been read', async () => {
    const table = new SlowTable();
    table.rows = [connectionRow('a', 'secret', '2025-01-01')];
    const directory = directoryOf(table);
    expect(directory.loaded).toBe(false);
    const read = directory.refresh();
    await table.answerAll();
    await read;
    expect(directory.loaded).toBe(true);
    expect(directory.find(new Set(['watson-work']), 'a')?.tenantId).toBe('tenant');
  });

  it('gives no connection under the name of another platform', async () => {
    const table = new SlowTable();
    table.rows = [connectionRow('a', 'secret', '2025-01-01')];
    const directory = directoryOf(table);
    const read = directory.refresh();
    await table.answerAll();
    await read;
    expect(directory.find(new Set(['webex']), 'a')).toBeUndefined();
  });

  it('asks once for everybody who asks at the same time', async () => {
    const table = new SlowTable();
    const directory = directoryOf(table);
    const calls = Promise.all(
      Array.from({ length: 50 }, () => directory.findFresh(new Set(['watson-work']), 'unknown')),
    );
    await table.answerAll();
    expect(await calls).toEqual(Array.from({ length: 50 }, () => undefined));
    expect(table.asked).toBe(1);
  });

  it('lets nobody in when the database cannot be asked', async () => {
    const table = new SlowTable();
    table.failing = true;
    const directory = directoryOf(table);
    const call = directory.findFresh(new Set(['watson-work']), 'a');
    await table.answerAll();
    expect(await call).toBeUndefined();
  });

  it('forgets a connection whose secrets it cannot open', async () => {
    const table = new SlowTable();
    table.rows = [connectionRow('a', 'secret', '2025-01-01')];
    const directory = directoryOf(table);
    const first = directory.refresh();
    await table.answerAll();
    await first;
    table.rows = [{ ...connectionRow('b', 'other', '2025-01-02'), id: 'a' }];
    const second = directory.refresh();
    await table.answerAll();
    await second;
    expect(directory.find(new Set(['watson-work']), 'a')).toBeUndefined();
  });

  it('shows a change to whoever made it, although a poll was already under way', async () => {
    const table = new SlowTable();
    table.rows = [connectionRow('a', 'secret', '2025-01-01')];
    const directory = directoryOf(table);
    // The poll has read its rows; its answer is still on the way.
    const poll = directory.refresh();
    table.rows = [connectionRow('a', 'secret', '2025-01-02', new Date('2025-01-02'))];
    const afterTheChange = directory.refresh();
    await table.answerAll();
    await Promise.all([poll, afterTheChange]);
    expect(directory.find(new Set(['watson-work']), 'a')).toBeUndefined();
  });
});
