import { execFile } from 'node:child_process';
import { type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { exportedLines } from '../setup/export-records.js';
import { storeLongHistory } from '../setup/long-history.js';
import { liaison, serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey } from '../setup/service.js';
import { startReading, textOfStream } from '../setup/text-stream.js';

/** Half of them are in one space. */
const messageCount = 200_000;
const longest = messageCount / 2;
/** The heap that the process may have: less than the messages of the space take. */
const heapMb = 160;
/** What it may take more than before: some pages of 500 messages, and what has not been collected yet. */
const mostGrowthMb = 120;

describe('an export of 100,000 messages', { timeout: 300_000 }, () => {
  let database: TestDatabase;
  let environment: Record<string, string>;
  let service: ServedProcess;
  let longSpace: string;
  let shortSpace: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    environment = {
      DATABASE_URL: database.url,
      LIAISON_ROLE: 'api',
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_MASTER_KEYS: generateMasterKey(),
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
    };
    // What is kept longer than it takes to send it would not fit.
    service = await serveProcess({ ...environment, NODE_OPTIONS: `--max-old-space-size=${heapMb}` });
    longSpace = (await storeLongHistory(database, messageCount)).spaceId;
    const [short] = await database.query<{ id: string }>(`select id from spaces where id <> $1 limit 1`, [longSpace]);
    shortSpace = short?.id ?? '';
    // Whatever is made once is made now.
    for (const space of [shortSpace, shortSpace]) (await exportOf(space)).resume();
  }, 300_000);
  afterAll(async () => {
    await service.end('SIGKILL');
    await database.drop();
  });

  const exportOf = (space: string): Promise<IncomingMessage> =>
    startReading(`${service.url}/v1/spaces/${space}/export`);

  /** What the process has in memory, in megabytes. */
  async function residentMb(): Promise<number> {
    const { stdout } = await promisify(execFile)('ps', ['-o', 'rss=', '-p', String(service.pid)]);
    return Number(stdout) / 1_024;
  }

  /** The most that the process has in memory until this is told to stop, by samples. */
  function watchMemory(): () => Promise<number> {
    const watched = new AbortController();
    let most = 0;
    const watching = (async () => {
      while (!watched.signal.aborted) {
        most = Math.max(most, await residentMb());
        await delay(100);
      }
    })();
    return async () => {
      watched.abort();
      await watching;
      return most;
    };
  }

  it('takes no more memory of the process while its reader takes nothing, or takes it slowly to its end', async () => {
    const before = await residentMb();
    const response = await exportOf(longSpace);
    const whileStalled = watchMemory();
    // Nothing is taken, apart from what the sockets hold.
    await delay(3_000);
    const stalled = (await whileStalled()) - before;
    const whileRead = watchMemory();
    let [lines, bytes, last] = [0, 0, ''];
    for await (const text of textOfStream(response)) {
      lines += text.split('\n').length - 1;
      bytes += text.length;
      last = (last + text).slice(-200);
      if (bytes % 20 === 0) await delay(5);
    }
    const read = (await whileRead()) - before;
    expect(lines).toBe(longest + 200 + 2);
    expect(last).toContain('"messages":100000');
    expect(bytes).toBeGreaterThan(40_000_000);
    expect(stalled).toBeLessThan(mostGrowthMb / 2);
    expect(read).toBeLessThan(mostGrowthMb);
  });

  it('is the same as the command line writes it', async () => {
    let sent = '';
    for await (const text of textOfStream(await exportOf(shortSpace))) sent += text;
    const written = await liaison(['export', '--space', shortSpace], environment);
    expect(written).toMatchObject({ code: 0 });
    expect(exportedLines(written.stdout).slice(1)).toEqual(exportedLines(sent).slice(1));
    expect(written.stderr).toMatch(/^1002 records written, \d+ per second\n$/m);
  });

  it('is written by the command line as CSV, between times, and on from where it was cut', async () => {
    const whole = exportedLines((await liaison(['export', '--space', shortSpace], environment)).stdout);
    const after = ['--after', whole[700]?.cursor ?? ''];
    const rest = await liaison(['export', '--space', shortSpace, ...after], environment);
    expect(exportedLines(rest.stdout)).toEqual(whole.slice(701));
    const until = ['--until', '2000-01-01T00:00:00Z', '--format', 'csv'];
    const csv = await liaison(['export', '--space', shortSpace, ...until], environment);
    expect(csv.stdout.split('\r\n').map((line) => line.split(',')[0])).toEqual([
      '"record"',
      '"header"',
      '"trailer"',
      '',
    ]);
  });

  it.each([
    ['an unknown space', ['--space', '01900000-0000-7000-8000-000000000000'], 'There is no such space.'],
    ['a space of another tenant', ['--tenant', 'another', '--space', 'short'], 'There is no such space.'],
    ['another format', ['--space', 'short', '--format', 'xml'], 'format'],
    ['a cursor of nothing', ['--space', 'short', '--after', 'x'], 'cursor'],
  ])('writes nothing on the command line for %s, and says why', async (_, args, why) => {
    const named = args.map((arg) => (arg === 'short' ? shortSpace : arg));
    const { code, stdout, stderr } = await liaison(['export', ...named], environment);
    expect([code === 0, stdout]).toEqual([false, '']);
    expect(stderr).toContain(why);
  });
});
