import { Client } from 'pg';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/embedded-postgres.js';
import { until } from './wait.js';

type Settings = Readonly<Record<string, string>>;

/** What we promise under: a commit is on disk before it is reported. */
export const durable: Settings = { fsync: 'on', synchronous_commit: 'on' };

/** What must lose: a commit is reported before it is written, and whoever writes it later takes the longest breaks. */
export const forgetful: Settings = { fsync: 'on', synchronous_commit: 'off', wal_writer_delay: '10s' };

/** The two ways in which a server ends without a shutdown checkpoint. */
export type SuddenEnd = 'SIGQUIT' | 'SIGKILL';

/** A Postgres server of our own that is killed and started again on the same data, under the same URL. */
export class PostgresServer {
  #server: EmbeddedPostgres | undefined;
  #starting: Promise<EmbeddedPostgres> | undefined;
  #ended = false;
  #url: string | undefined;

  constructor(
    private readonly dataDir: string,
    private settings: Settings,
  ) {}

  /** Resolves when the server accepts connections; after a crash, when it has recovered. */
  async start(): Promise<void> {
    if (this.#ended) throw new Error('the run is ending');
    this.#starting = startEmbeddedPostgres({ dataDir: this.dataDir, settings: this.settings });
    const server = await this.#starting;
    if (server.role !== 'owner') throw new Error('another process runs a server on our data');
    if (this.#url !== undefined && this.#url !== server.url) {
      throw new Error('something took the port of the server while it was down');
    }
    this.#url = server.url;
    this.#server = server;
  }

  /** Shuts down in order, so that everything done so far is on disk, and starts again, perhaps with other settings. */
  async restart(settings: Settings = this.settings): Promise<void> {
    await this.#server?.stop();
    this.settings = settings;
    await this.start();
  }

  /** Makes sure that the server runs with these settings. */
  async use(settings: Settings): Promise<void> {
    if (settings !== this.settings) await this.restart(settings);
  }

  /**
   * Ends the server at once: SIGQUIT is what `pg_ctl stop -m immediate` sends, SIGKILL leaves its children to find out.
   * Resolves when the postmaster is gone.
   */
  async kill(how: SuddenEnd): Promise<void> {
    const pid = this.#server?.postmasterPid;
    if (pid === undefined) throw new Error('there is no server to kill');
    process.kill(pid, how);
    await until('the end of the postmaster', 15_000, () => (isRunning(pid) ? undefined : true), 5);
  }

  /** Makes an empty database; answers its URL. */
  async createDatabase(name: string): Promise<string> {
    if (this.#url === undefined) throw new Error('the server has never run');
    await query(this.#url, `create database ${name}`);
    const url = new URL(this.#url);
    url.pathname = `/${name}`;
    return url.href;
  }

  /** Such as "18.4". */
  async version(): Promise<string> {
    const [row] = await query<{ server_version: string }>(this.#url ?? '', 'show server_version');
    return row?.server_version ?? 'unknown';
  }

  /** Ends the server for good, also one that is just starting. */
  async end(): Promise<void> {
    this.#ended = true;
    const server = await this.#starting?.catch(() => undefined);
    await server?.stop();
  }
}

/** Runs one query on a connection of its own. */
export async function query<Row extends object>(
  url: string,
  sql: string,
  parameters: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: 5_000, query_timeout: 60_000 });
  // A connection that breaks between two queries is reported by the next query, too.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(sql, [...parameters])).rows;
  } finally {
    await client.end();
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
