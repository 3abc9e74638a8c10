import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from 'node:fs';
import { rmdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Pool } from 'pg';
import ts from 'typescript';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type EmbeddedPostgres,
  findRunningEmbeddedPostgres,
  startEmbeddedPostgres,
} from '../../src/database/embedded/embedded-postgres.js';

const NOBODY = 65534;
const isRoot = process.getuid?.() === 0;
const onLinux = process.platform === 'linux';
const olderBin = '/usr/lib/postgresql/15/bin';
const platformPackage = `@embedded-postgres/${process.platform}-${process.arch}`;
const project = join(import.meta.dirname, '..', '..');
const unsafeButFast = { fsync: 'off' };

/** A process that starts the embedded database and obeys one word per line. */
const STARTER = `
import { createInterface } from 'node:readline';
import { startEmbeddedPostgres } from './src/database/embedded/embedded-postgres.js';
const say = (message) => process.stdout.write(JSON.stringify(message) + '\\n');
const begin = performance.now();
say({ event: 'begin' });
try {
  const options = JSON.parse(process.argv[2]);
  const server = await startEmbeddedPostgres({ ...options, report: (line) => say({ event: 'report', line }) });
  const { url, role, postmasterPid } = server;
  say({ event: 'ready', url, role, postmasterPid, ms: performance.now() - begin });
  for await (const line of createInterface({ input: process.stdin })) {
    if (line === 'stop') break;
  }
  await server.stop();
  say({ event: 'stopped' });
  process.exit(0);
} catch (error) {
  say({ event: 'failed', code: error.code, message: error.message });
  process.exit(1);
}
`;

/** A process that takes the lock again and again, and dies with it every now and then. */
const CONTENDER = `
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { OwnerLock } from './src/database/embedded/owner-lock.js';
const directory = process.argv[2];
const marker = directory + '/held-by';
const end = Date.now() + 1500;
let terms = 0;
while (Date.now() < end) {
  const lock = await OwnerLock.acquire(directory);
  if (!(lock instanceof OwnerLock)) { await delay(Math.random() * 2); continue; }
  terms += 1;
  try {
    const other = readFileSync(marker, 'utf8');
    process.kill(Number(other), 0);
    // A zombie of one that died in office holds nothing.
    if (!/\\) [ZX] /.test(readFileSync('/proc/' + other + '/stat', 'utf8'))) console.log('violation');
  } catch {}
  writeFileSync(marker, String(process.pid));
  await delay(Math.random() * 3);
  if (readFileSync(marker, 'utf8') !== String(process.pid)) console.log('violation');
  if (Math.random() < 0.1) { console.log(terms); await delay(5); process.kill(process.pid, 'SIGKILL'); }
  rmSync(marker);
  await lock.announce('released');
}
console.log(terms);
`;

interface Message {
  readonly event: string;
  readonly line?: string;
  readonly url?: string;
  readonly role?: string;
  readonly postmasterPid?: number;
  readonly ms?: number;
  readonly code?: string;
  readonly message?: string;
}

interface Ready {
  readonly url: string;
  readonly role: string;
  readonly postmasterPid: number | undefined;
  readonly ms: number;
}

/** A child process that runs STARTER. */
class Starter {
  readonly heard: Message[] = [];
  readonly #child: ChildProcess;
  readonly #ended: Promise<void>;
  #isGone = false;

  constructor(dataDir: string, options: { settings?: object; install?: string; uid?: number; wrap?: string[] } = {}) {
    const argument = JSON.stringify({ dataDir, settings: options.settings ?? unsafeButFast });
    const command = [
      ...(options.wrap ?? []),
      process.execPath,
      join(options.install ?? compiled, 'starter.mjs'),
      argument,
    ];
    const user = options.uid === undefined ? {} : { uid: options.uid, gid: options.uid };
    this.#child = spawn(command[0] ?? '', command.slice(1), { stdio: ['pipe', 'pipe', 'inherit'], cwd: '/', ...user });
    this.#ended = new Promise((resolve) => this.#child.once('close', () => resolve()));
    void this.#ended.then(() => (this.#isGone = true));
    this.#child.stdin?.on('error', () => undefined);
    if (this.#child.stdout === null) throw new Error('no stdout');
    // The child speaks the Message shape and nothing else.
    createInterface({ input: this.#child.stdout }).on('line', (l) => this.heard.push(JSON.parse(l) as Message));
    starters.push(this);
  }

  async hear(event: string): Promise<Message> {
    return eventually(() => {
      const heard = this.heard.find((message) => message.event === event || this.#gaveUp(message, event));
      if (heard === undefined && this.#isGone) throw new Error(`the process ended before it said ${event}`);
      return heard;
    });
  }

  async ready(): Promise<Ready> {
    const { url = '', role = '', postmasterPid, ms = 0, message } = await this.hear('ready');
    if (url === '') throw new Error(message ?? 'did not start');
    return { url, role, postmasterPid, ms };
  }

  async stop(): Promise<void> {
    this.#child.stdin?.write('stop\n');
    await this.#ended;
  }

  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#ended;
  }

  #gaveUp(message: Message, event: string): boolean {
    return message.event === 'failed' && event === 'ready';
  }
}

let compiled = '';
/** A data directory whose cluster exists already, for tests of what comes later: making one costs a second. */
let used = '';
const starters: Starter[] = [];
const servers: EmbeddedPostgres[] = [];
const directories: string[] = [];

/** Waits for a value that is neither undefined nor false. */
async function eventually<T>(look: () => T | undefined | false, withinMs = 20_000): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const value = look();
    if (value !== undefined && value !== false) return value;
    if (Date.now() > deadline) throw new Error(`nothing came of ${look.toString()}`);
    await delay(1);
  }
}

/** A directory that others may enter, unlike the system's 0700 temporary ones. */
function openDirectory(owner?: number): string {
  const directory = mkdtempSync(join(tmpdir(), 'embedded-'));
  chmodSync(directory, 0o755);
  if (owner !== undefined) chownSync(directory, owner, owner);
  directories.push(directory);
  return directory;
}

function newDataDir(): string {
  return join(openDirectory(), '.liaison');
}

/** The launcher in plain JavaScript, for processes without vitest. */
function compileInto(directory: string): void {
  const files = readdirSync(join(project, 'src/database/embedded')).map((name) => `src/database/embedded/${name}`);
  for (const file of [...files, 'src/database/tenant-role.ts', 'src/common/security/random.ts']) {
    const { outputText } = ts.transpileModule(readFileSync(join(project, file), 'utf8'), {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    const output = join(directory, file.replace(/\.ts$/, '.js'));
    mkdirSync(dirname(output), { recursive: true });
    writeFileSync(output, outputText);
  }
  writeFileSync(join(directory, 'package.json'), '{"type":"module"}');
  writeFileSync(join(directory, 'starter.mjs'), STARTER);
  writeFileSync(join(directory, 'contender.mjs'), CONTENDER);
}

/** A checkout of its own, with the binaries as npm unpacks them when install scripts are blocked: without symlinks. */
function installInto(directory: string): string {
  compileInto(directory);
  const scope = join(directory, 'node_modules', dirname(platformPackage));
  mkdirSync(scope, { recursive: true });
  const source = join(project, 'node_modules', platformPackage);
  try {
    execFileSync('cp', ['-al', source, scope], { stdio: 'ignore' });
  } catch {
    execFileSync('cp', ['-a', source, scope]);
  }
  symlinkSync(join(project, 'node_modules/pg'), join(directory, 'node_modules/pg'));
  const native = join(scope, basename(platformPackage), 'native');
  const { links } = librariesOf(native);
  for (const link of links) rmSync(link, { force: true });
  return native;
}

function librariesOf(native: string): { links: string[] } {
  // The package's own list of { source, target }, relative to the package.
  const list = JSON.parse(readFileSync(join(native, 'pg-symlinks.json'), 'utf8')) as { target: string }[];
  return { links: list.map(({ target }) => join(native, '..', target)) };
}

async function start(
  dataDir: string,
  report?: (line: string) => void,
  settings: Record<string, string> = unsafeButFast,
) {
  const server = await startEmbeddedPostgres({ dataDir, settings, ...(report === undefined ? {} : { report }) });
  servers.push(server);
  return server;
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on('error', () => undefined);
  await client.connect();
  try {
    const { rows } = await client.query<unknown[]>({ text, rowMode: 'array' });
    return rows.flat();
  } finally {
    await client.end();
  }
}

function runs(pid: number | undefined): boolean {
  if (pid === undefined) return false;
  try {
    process.kill(pid, 0);
    if (!onLinux) return true;
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    return false;
  }
}

function clusterOf(dataDir: string): string {
  const pointer = join(dataDir, 'postgres/moved-to');
  const root = existsSync(pointer) ? readFileSync(pointer, 'utf8').trim() : join(dataDir, 'postgres');
  return join(root, 'cluster');
}

function serverOf(dataDir: string): number | undefined {
  try {
    return Number(readFileSync(join(clusterOf(dataDir), 'data/postmaster.pid'), 'utf8').split('\n')[0]);
  } catch {
    return undefined;
  }
}

beforeAll(async () => {
  mkdirSync(join(project, 'node_modules/.cache'), { recursive: true });
  compiled = mkdtempSync(join(project, 'node_modules/.cache/embedded-'));
  chmodSync(compiled, 0o755);
  compileInto(compiled);
  used = newDataDir();
  // It outlives the single test.
  directories.length = 0;
  await (await startEmbeddedPostgres({ dataDir: used, settings: unsafeButFast })).stop();
});

afterEach(async () => {
  await Promise.all(starters.splice(0).map((starter) => starter.kill()));
  await Promise.all(servers.splice(0).map((server) => server.stop()));
  await eventually(() => !runs(serverOf(used)));
  for (const directory of directories.splice(0)) {
    const homes = readdirSync(directory, { recursive: true, encoding: 'utf8' }).filter((n) => n.endsWith('.liaison'));
    for (const home of homes) await eventually(() => !runs(serverOf(join(directory, home))));
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  }
});

afterAll(() => {
  for (const directory of [compiled, dirname(used)]) rmSync(directory, { recursive: true, force: true });
});

describe('a first start', () => {
  it('creates database liaison, owned by an ordinary role liaison', async () => {
    const { url, role } = await start(newDataDir());
    expect(role).toBe('owner');
    expect(
      await query(
        url,
        `select current_user::text, current_database()::text, pg_get_userbyid(datdba)::text, rolsuper, datcollate::text
           from pg_database, pg_roles where datname = current_database() and rolname = current_user`,
      ),
    ).toEqual(['liaison', 'liaison', 'liaison', false, 'C.UTF-8']);
  });

  it('is durable by default and listens on the loopback address alone', async () => {
    const server = await start(newDataDir(), undefined, {});
    // The ordinary role may not see where sockets lie.
    const url = server.url.replace('//liaison:', '//postgres:');
    const names = ['fsync', 'synchronous_commit', 'full_page_writes', 'max_connections', 'password_encryption'];
    const all = [...names, 'listen_addresses', 'unix_socket_directories', 'max_wal_size', 'shared_buffers'];
    expect(await query(url, `select ${all.map((name) => `current_setting('${name}')`).join(',')}`)).toEqual([
      'on',
      'on',
      'on',
      '100',
      'scram-sha-256',
      '127.0.0.1',
      '',
      '256MB',
      '64MB',
    ]);
  });

  it('keeps the password out of what it reports and readable to its own user only', async () => {
    const dataDir = newDataDir();
    const lines: string[] = [];
    const { url } = await start(dataDir, (line) => lines.push(line));
    const { password } = new URL(url);
    expect(password).toMatch(/^[\w-]{43}$/);
    expect(lines.length).toBeGreaterThan(1);
    expect(lines.join()).not.toContain(password);
    expect(readFileSync(join(dataDir, 'postgres/server.log'), 'utf8')).not.toContain(password);
    expect(statSync(join(dataDir, 'postgres/url')).mode & 0o777).toBe(0o600);
    expect(statSync(join(clusterOf(dataDir), 'password')).mode & 0o777).toBe(0o600);
    await expect(query(url.replace(password, 'guess'), 'select 1')).rejects.toThrow(/password authentication failed/);
  });

  it('lets settings win, except over where the server listens', async () => {
    const { url } = await start(used, undefined, { work_mem: '7MB', listen_addresses: '*', fsync: 'off' });
    expect(await query(url, `select current_setting('work_mem'), current_setting('listen_addresses')`)).toEqual([
      '7MB',
      '127.0.0.1',
    ]);
  });
});

describe('a later start', () => {
  it('finds the data and the URL unchanged, well under a second', async () => {
    const dataDir = used;
    const first = await start(dataDir);
    await query(first.url, 'create table kept_by_restart as select 42 as answer');
    await first.stop();
    const begin = performance.now();
    const second = await start(dataDir);
    expect(performance.now() - begin).toBeLessThan(1_000);
    expect(second.url).toBe(first.url);
    expect(await query(second.url, 'select answer from kept_by_restart')).toEqual([42]);
  });

  it('takes another port when its own is taken', async () => {
    const dataDir = used;
    const first = await start(dataDir);
    await first.stop();
    const squatter = createServer().listen(Number(new URL(first.url).port), '127.0.0.1');
    const second = await start(dataDir);
    squatter.close();
    expect(new URL(second.url).port).not.toBe(new URL(first.url).port);
    expect(await query(second.url, 'select 1')).toEqual([1]);
  });

  it('refuses data of another major version and changes nothing', async () => {
    const dataDir = used;
    const data = join(clusterOf(dataDir), 'data');
    const version = readFileSync(join(data, 'PG_VERSION'), 'utf8');
    writeFileSync(join(data, 'PG_VERSION'), '14\n');
    const before = readdirSync(data).map((name) => [name, statSync(join(data, name)).mtimeMs]);
    await expect(start(dataDir)).rejects.toMatchObject({
      code: 'embedded-postgres-major-mismatch',
      message: expect.stringMatching(/Postgres 14.*LIAISON_PG_BIN/) as unknown,
    });
    expect(readdirSync(data).map((name) => [name, statSync(join(data, name)).mtimeMs])).toEqual(before);
    writeFileSync(join(data, 'PG_VERSION'), version);
  });
});

describe('stopping', () => {
  it('ends the server, hides its URL, and may be repeated', async () => {
    const dataDir = used;
    expect(await findRunningEmbeddedPostgres(dataDir)).toBeUndefined();
    const server = await start(dataDir);
    expect(await findRunningEmbeddedPostgres(dataDir)).toBe(server.url);
    await Promise.all([server.stop(), server.stop()]);
    await server.stop();
    expect(runs(server.postmasterPid)).toBe(false);
    expect(await findRunningEmbeddedPostgres(dataDir)).toBeUndefined();
  });

  it('does not wait for clients that are in the middle of something', async () => {
    const server = await start(used);
    const sleeper = query(server.url, 'select pg_sleep(60)');
    const outcome = expect(sleeper).rejects.toThrow(/terminating connection/);
    await delay(100);
    const begin = performance.now();
    await server.stop();
    expect(performance.now() - begin).toBeLessThan(5_000);
    await outcome;
  });
});

describe('the programs', () => {
  it('are missed with a message that names DATABASE_URL', async () => {
    const dataDir = newDataDir();
    const binDir = openDirectory();
    await expect(startEmbeddedPostgres({ dataDir, binDir })).rejects.toMatchObject({
      code: 'embedded-postgres-not-found',
      message: expect.stringContaining('DATABASE_URL') as unknown,
    });
    // The failed start gave the lock back.
    expect((await start(dataDir)).role).toBe('owner');
  });

  it.runIf(existsSync(olderBin))('may be an older Postgres of the system', async () => {
    const server = await startEmbeddedPostgres({ dataDir: newDataDir(), binDir: olderBin, settings: unsafeButFast });
    servers.push(server);
    expect(await query(server.url, `select current_setting('server_version_num')::int / 10000`)).toEqual([15]);
  });

  it.runIf(onLinux)('get the symlinks that a blocked install script would have made', async () => {
    const install = openDirectory();
    const native = installInto(install);
    await new Starter(join(install, '.liaison'), { install }).ready();
    for (const link of librariesOf(native).links) expect(existsSync(link)).toBe(true);
    expect(readdirSync(join(install, '.liaison/postgres')).filter((name) => name.startsWith('binaries-'))).toEqual([]);
  });

  it.runIf(onLinux && isRoot)('are copied into the data directory when node_modules is read-only', async () => {
    const install = openDirectory();
    const native = installInto(install);
    const dataDir = join(openDirectory(NOBODY), '.liaison');
    // Owned by root, so read-only to this user.
    await new Starter(dataDir, { install, uid: NOBODY }).ready();
    expect(existsSync(librariesOf(native).links[0] ?? '')).toBe(false);
    expect(readdirSync(join(dataDir, 'postgres')).filter((name) => name.startsWith('binaries-'))).toHaveLength(1);
  });
});

describe('the user', () => {
  it.runIf(onLinux && isRoot)('is nobody when we are root, with data inside the project', async () => {
    const dataDir = newDataDir();
    const { postmasterPid } = await start(dataDir);
    expect(statSync(`/proc/${postmasterPid ?? 0}`).uid).toBe(NOBODY);
    expect(existsSync(join(dataDir, 'postgres/moved-to'))).toBe(false);
  });

  it.runIf(onLinux && isRoot)('is ourselves otherwise, with nothing written outside the data directory', async () => {
    const outside = existsSync('/var/lib/liaison') ? readdirSync('/var/lib/liaison') : undefined;
    const directory = openDirectory(NOBODY);
    chmodSync(directory, 0o700);
    const starter = new Starter(join(directory, '.liaison'), { uid: NOBODY });
    const { postmasterPid, url } = await starter.ready();
    expect(statSync(`/proc/${postmasterPid ?? 0}`).uid).toBe(NOBODY);
    expect(await query(url, 'select 1')).toEqual([1]);
    expect(readdirSync(directory)).toEqual(['.liaison']);
    expect(existsSync('/var/lib/liaison') ? readdirSync('/var/lib/liaison') : undefined).toEqual(outside);
    await starter.stop();
    // Root later runs the server as the owner of the data, not as a third user.
    expect((await start(join(directory, '.liaison'))).url).toBe(url);
  });

  it.runIf(onLinux && isRoot)('reaches a project below a 0700 home through a directory outside', async () => {
    const home = openDirectory();
    chmodSync(home, 0o700);
    const install = join(home, 'project');
    mkdirSync(install);
    installInto(install);
    const dataDir = join(install, '.liaison');
    const outside = (): string => dirname(clusterOf(dataDir));
    try {
      const first = new Starter(dataDir, { install });
      const { url } = await first.ready();
      expect(outside()).toMatch(/^\/var\/lib\/liaison\/[0-9a-f]{16}$/);
      expect(readdirSync(outside()).some((name) => name.startsWith('binaries-'))).toBe(true);
      await query(url, 'create table kept as select 42 as answer');
      await first.kill();
      const again = await new Starter(dataDir, { install }).ready();
      expect(again.url).toBe(url);
      expect(again.ms).toBeLessThan(1_500);
      expect(await query(url, 'select answer from kept')).toEqual([42]);
    } finally {
      await Promise.all(starters.splice(0).map((starter) => starter.kill()));
      await eventually(() => !runs(serverOf(dataDir)));
      if (outside().startsWith('/var/lib/liaison/')) rmSync(outside(), { recursive: true });
      if (readdirSync('/var/lib/liaison').length === 0) rmdirSync('/var/lib/liaison');
    }
  });

  it.runIf(onLinux && isRoot && existsSync('/usr/bin/setpriv'))(
    'is missed by a root who may not change it',
    async () => {
      const wrap = ['/usr/bin/setpriv', '--bounding-set', '-setuid,-setgid', '--inh-caps', '-all'];
      const starter = new Starter(newDataDir(), { wrap });
      expect(await starter.hear('failed')).toMatchObject({
        code: 'embedded-postgres-cannot-drop-root',
        message: expect.stringContaining('DATABASE_URL') as unknown,
      });
    },
  );
});

describe('kill -9', () => {
  /** The next start, by another process, must work and give a usable database. */
  async function nextStartWorks(dataDir: string): Promise<void> {
    const { url } = await start(dataDir);
    await query(url, 'create table proof as select 1 as one');
    const leftovers = readdirSync(dirname(clusterOf(dataDir))).filter((name) => name.includes('unfinished'));
    expect(leftovers).toEqual([]);
  }

  it('is survived at any time of the first start', async () => {
    await Promise.all(
      [0, 60, 150, 300, 600].map(async (ms) => {
        const dataDir = newDataDir();
        const starter = new Starter(dataDir);
        await starter.hear('begin');
        await delay(ms);
        await starter.kill();
        await nextStartWorks(dataDir);
      }),
    );
  });

  it.each([
    ['initdb has written PG_VERSION', /^cluster\.unfinished\.[^/]+\/data\/PG_VERSION$/],
    ['the cluster is finished and no server runs', /^cluster\/data$/],
    ['the server starts', /^cluster\/data\/postmaster\.pid$/],
    ['the database is being created', /^cluster\/data\/base\/\d{5}$/],
    ['the URL is written', /^url$/],
  ])('is survived when %s', async (_, moment) => {
    const dataDir = newDataDir();
    const home = join(dataDir, 'postgres');
    const starter = new Starter(dataDir);
    await eventually(() => {
      try {
        return readdirSync(home, { recursive: true, encoding: 'utf8' }).some((name) => moment.test(name));
      } catch {
        // Files come and go while we look.
        return false;
      }
    });
    await starter.kill();
    await nextStartWorks(dataDir);
  });

  it('stops the orphaned server, and committed rows stay', async () => {
    const dataDir = used;
    const starter = new Starter(dataDir, { settings: {} });
    const { url, postmasterPid } = await starter.ready();
    await query(url, 'create table kept_by_orphan as select 42 as answer');
    expect(runs(postmasterPid)).toBe(true);
    await starter.kill();
    await eventually(() => !runs(postmasterPid), 3_000);
    expect(await findRunningEmbeddedPostgres(dataDir)).toBeUndefined();
    expect(await query((await start(dataDir)).url, 'select answer from kept_by_orphan')).toEqual([42]);
  });

  it('is survived by owner and server together while a query runs', async () => {
    const dataDir = used;
    const starter = new Starter(dataDir);
    const { url, postmasterPid } = await starter.ready();
    await query(url, 'create table kept_by_crash as select 42 as answer');
    const busy = query(url, 'select count(*) from generate_series(1, 3000000)').catch(() => undefined);
    await delay(50);
    process.kill(postmasterPid ?? 0, 'SIGKILL');
    await starter.kill();
    expect(await query((await start(dataDir)).url, 'select answer from kept_by_crash')).toEqual([42]);
    await busy;
  });

  it('of the server alone frees the place, also for the same process', async () => {
    const dataDir = used;
    const first = await start(dataDir);
    process.kill(first.postmasterPid ?? 0, 'SIGKILL');
    const second = await start(dataDir);
    expect(second).toMatchObject({ role: 'owner', url: first.url });
    await first.stop();
    expect(await query(second.url, 'select 1')).toEqual([1]);
  });

  it.runIf(onLinux)('leaves a postmaster.pid that may name a zombie or a stranger', async () => {
    const dataDir = used;
    const parent = spawn('/bin/sh', ['-c', 'sleep 0 & echo $!; exec sleep 60'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    try {
      const zombie = await new Promise<number>((resolve) =>
        parent.stdout.once('data', (d: Buffer) => resolve(Number(d))),
      );
      await eventually(() => readFileSync(`/proc/${zombie}/stat`, 'utf8').includes(' Z '));
      for (const pid of [zombie, process.pid]) {
        const data = join(clusterOf(dataDir), 'data');
        writeFileSync(join(data, 'postmaster.pid'), `${pid}\n${data}\n1\n2\n\n127.0.0.1\n0 0\nready   \n`);
        await (await start(dataDir)).stop();
      }
    } finally {
      parent.kill('SIGKILL');
    }
  });
});

describe('several processes on one data directory', () => {
  it('agree on one owner and share its server', async () => {
    const dataDir = newDataDir();
    const ready = await Promise.all([1, 2, 3].map(() => new Starter(dataDir).ready()));
    expect(ready.map(({ role }) => role).sort()).toEqual(['guest', 'guest', 'owner']);
    expect(new Set(ready.map(({ url }) => url)).size).toBe(1);
    // And again at the moment the owner is killed, which leaves a stale lock and a stopping server.
    await Promise.all(starters.splice(0).map((starter) => starter.kill()));
    const later = await Promise.all([1, 2, 3].map(() => new Starter(dataDir).ready()));
    expect(later.map(({ role }) => role).sort()).toEqual(['guest', 'guest', 'owner']);
  });

  it('replace an owner that is killed before it was ready', async () => {
    const dataDir = newDataDir();
    const owner = new Starter(dataDir);
    await owner.hear('report');
    const waiting = new Starter(dataDir);
    await waiting.hear('report');
    await owner.kill();
    expect((await waiting.ready()).role).toBe('owner');
  });

  it.runIf(onLinux)('never hold the lock together, though they die with it', async () => {
    const directory = openDirectory();
    const outputs = await Promise.all(
      [1, 2, 3, 4, 5, 6].map(async () => {
        const child = spawn(process.execPath, [join(compiled, 'contender.mjs'), directory]);
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        await new Promise((resolve) => child.once('close', resolve));
        return output;
      }),
    );
    expect(outputs.join('')).not.toContain('violation');
    const terms = outputs.join('\n').match(/\d+/g) ?? [];
    expect(terms.reduce((sum, count) => sum + Number(count), 0)).toBeGreaterThan(5);
  });

  it('lets a guest go on by itself after another process took the server over', async () => {
    const dataDir = used;
    const owner = new Starter(dataDir);
    await owner.ready();
    const guest = await start(dataDir);
    expect(guest).toMatchObject({ role: 'guest', postmasterPid: undefined });
    const pool = new Pool({ connectionString: guest.url, max: 2 });
    pool.on('error', () => undefined);
    try {
      await pool.query('create table kept_by_takeover as select 42 as answer');
      await owner.kill();
      expect((await new Starter(dataDir).ready()).role).toBe('owner');
      expect((await pool.query('select answer from kept_by_takeover')).rows).toEqual([{ answer: 42 }]);
    } finally {
      await pool.end();
    }
  });

  it('includes guests whose stop leaves the server alone', async () => {
    const dataDir = used;
    const owner = await start(dataDir);
    const guest = await start(dataDir);
    await guest.stop();
    expect(await query(owner.url, 'select 1')).toEqual([1]);
  });
});
