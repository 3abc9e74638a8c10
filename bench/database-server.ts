import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, DatabaseError } from 'pg';
import { startEmbeddedPostgres } from '../src/database/embedded/embedded-postgres.js';
import { postmasterOf } from './machine.js';

/** The one Postgres server on which all variants run, each in a database of its own. */
export interface DatabaseServer {
  /** A directory for the files of this run, on the disk of the server where that is ours. */
  readonly directory: string;
  readonly version: string;
  readonly settings: Readonly<Record<string, string>>;
  /** The server's process, where it is on this machine and we may look. */
  readonly postmasterPid: number | undefined;
  /** Makes an empty database and answers its URL. */
  create(name: string): Promise<string>;
  drop(name: string): Promise<void>;
  /** Gets what earlier runs wrote out of the way, as far as we are allowed to. */
  checkpoint(): Promise<void>;
  stop(): Promise<void>;
}

const shownSettings = [
  'fsync',
  'synchronous_commit',
  'full_page_writes',
  'shared_buffers',
  'max_wal_size',
  'wal_level',
];
const insufficientPrivilege = '42501';

/**
 * BENCH_DATABASE_URL, whose role must be allowed to create databases, or an embedded server with the settings that the
 * service itself gives it. Throws when commits would not be durable: such figures would say nothing.
 */
export async function startDatabaseServer(report: (line: string) => void): Promise<DatabaseServer> {
  // Not /tmp: where that is memory, an fsync costs nothing and every figure is a lie.
  const parent = process.platform === 'win32' ? tmpdir() : '/var/tmp';
  const directory = await mkdtemp(join(parent, 'liaison-bench-'));
  // Run by root, the embedded server works as another user.
  await chmod(directory, 0o755);
  const given = process.env['BENCH_DATABASE_URL'];
  const embedded = given === undefined ? await startEmbeddedPostgres({ dataDir: directory, report }) : undefined;
  const adminUrl = given ?? embedded?.url ?? '';
  const stop = async (): Promise<void> => {
    await embedded?.stop();
    await rm(directory, { recursive: true, force: true });
  };
  try {
    const { version, settings } = await readSettings(adminUrl);
    if (settings['fsync'] !== 'on' || settings['synchronous_commit'] === 'off') {
      throw new Error('The benchmark needs a server with fsync and synchronous_commit on.');
    }
    return {
      directory,
      version,
      settings,
      postmasterPid: await postmasterOf(adminUrl),
      async create(name) {
        await withClient(adminUrl, (client) => client.query(`create database ${name}`));
        return urlOf(adminUrl, name);
      },
      async drop(name) {
        await withClient(adminUrl, async (client) => {
          // An autovacuum worker is not our role's to end; a plain drop makes the server end it.
          await client
            .query(`drop database if exists ${name} with (force)`)
            .catch(() => client.query(`drop database if exists ${name}`));
        });
      },
      async checkpoint() {
        await withClient(adminUrl, (client) => client.query('checkpoint')).catch((error: unknown) => {
          if (!(error instanceof DatabaseError && error.code === insufficientPrivilege)) throw error;
        });
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Connects for the time of `work`; no statement has a deadline. */
export async function withClient<T>(url: string, work: (client: Client) => Promise<T>): Promise<T> {
  const client = new Client({ connectionString: url, application_name: 'bench' });
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

/** The rows of a query. `Row` states what the SQL beside the call selects. */
export async function rowsOf<Row extends object>(
  client: Client,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  return (await client.query<Row>(sql, [...parameters])).rows;
}

async function readSettings(url: string): Promise<{ version: string; settings: Record<string, string> }> {
  return withClient(url, async (client) => {
    const rows = await rowsOf<{ name: string; value: string }>(
      client,
      `select name, current_setting(name) as value from pg_settings where name = any($1)`,
      [[...shownSettings, 'server_version']],
    );
    const { server_version: version = 'unknown', ...settings } = Object.fromEntries(
      rows.map((row) => [row.name, row.value]),
    );
    return { version, settings };
  });
}

function urlOf(adminUrl: string, database: string): string {
  const url = new URL(adminUrl);
  url.pathname = `/${database}`;
  return url.href;
}
