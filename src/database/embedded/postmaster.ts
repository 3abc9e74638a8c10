import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries } from './binaries.js';
import { type GuardedProcess, startGuarded } from './guarded-process.js';
import { openLog, tailOf } from './server-log.js';
import { type ServerUser } from './server-user.js';
import { unlessMissing } from './system-error.js';

const READY_WITHIN_MS = 120_000;
const FAST_SHUTDOWN_MS = 10_000;
const POLL_MS = 10;

/** What the running server is started with. */
interface PostmasterOptions {
  readonly binaries: Binaries;
  readonly user: ServerUser;
  readonly home: string;
  readonly dataDir: string;
  readonly port: number;
  readonly settings: Readonly<Record<string, string>>;
}

/** A running server. */
export interface Postmaster {
  readonly pid: number;
  /** Settles when the server has ended, for whatever reason; never rejects. */
  readonly exited: Promise<void>;
  /** Fast shutdown, and an immediate one when that takes longer than ten seconds; the next start then recovers. */
  stop(): Promise<void>;
}

/** The server ended before it accepted connections; the message is the end of its log. */
export class PostmasterFailed extends Error {}

/** The lines of postmaster.pid that matter to us; the server writes `ready` into the last when it accepts connections. */
interface PidFile {
  readonly pid: number;
  readonly started: string;
  readonly ready: boolean;
}

const START_LINE = 2;
const STATUS_LINE = 7;

/** Small, since this Postgres serves one installation; the log must neither grow nor hold what callers sent. */
const SETTINGS = {
  max_connections: '100',
  shared_buffers: '64MB',
  max_wal_size: '256MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
  log_min_error_statement: 'panic',
  log_error_verbosity: 'terse',
  log_checkpoints: 'off',
};

/** Starts the server and gives it once it accepts connections on 127.0.0.1; it ends when we do. */
export async function startPostmaster(options: PostmasterOptions): Promise<Postmaster> {
  const settings = {
    ...SETTINGS,
    ...options.settings,
    listen_addresses: '127.0.0.1',
    port: String(options.port),
    // A socket's path may not be longer than 107 bytes, a project's can.
    unix_socket_directories: '',
  };
  const args = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const stale = await readPidFile(options.dataDir);
  const log = await openLog(options.home);
  const server = await startGuarded(
    options.user,
    options.binaries.postgres,
    ['-D', options.dataDir, ...args],
    log.fd,
  ).finally(() => log.close());
  const pid = await whenReady(server, options, stale);
  server.background();
  return {
    pid,
    exited: server.exited.then(() => undefined),
    stop: () => stop(server, pid),
  };
}

/** Reads postmaster.pid of a data directory; `undefined` when there is none. */
export async function readPidFile(dataDir: string): Promise<PidFile | undefined> {
  const text = await unlessMissing(readFile(join(dataDir, 'postmaster.pid'), 'utf8'));
  if (text === undefined) return undefined;
  const lines = text.split('\n');
  return { pid: Number(lines[0]), started: lines[START_LINE] ?? '', ready: lines[STATUS_LINE]?.trim() === 'ready' };
}

async function whenReady(
  server: GuardedProcess,
  { dataDir, home }: PostmasterOptions,
  stale: PidFile | undefined,
): Promise<number> {
  const deadline = Date.now() + READY_WITHIN_MS;
  const seen = { ended: false };
  void server.exited.then(() => (seen.ended = true));
  for (;;) {
    if (seen.ended) throw new PostmasterFailed(await tailOf(home));
    const file = await readPidFile(dataDir);
    // A killed server leaves its file, with `ready` in it, until the new one has looked at it.
    const isNew = file?.pid !== stale?.pid || file?.started !== stale?.started;
    if (file?.ready === true && isNew) return file.pid;
    if (Date.now() > deadline) {
      server.interrupt();
      throw new PostmasterFailed(`Not ready within ${READY_WITHIN_MS / 1000} s. ${await tailOf(home)}`);
    }
    await delay(POLL_MS);
  }
}

async function stop(server: GuardedProcess, pid: number): Promise<void> {
  server.interrupt();
  const fast = await Promise.race([server.exited.then(() => true), delay(FAST_SHUTDOWN_MS, false, { ref: false })]);
  if (!fast) signal(pid, 'SIGQUIT');
  await server.exited;
}

/** Sends a signal to a process that may have ended meanwhile. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It has ended.
  }
}
