import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Client } from 'pg';
import { TrytonDouble } from '../../../simulators/crm/tryton/tryton-double.js';

interface Login {
  readonly user: string;
  readonly password: string;
}

/** Where a Tryton is, real or not, and what it takes to play everybody in it. */
export interface TrytonPlace {
  readonly url: string;
  readonly database: string;
  /** Our own user. */
  readonly service: Login;
  readonly admin: Login;
  /** Its sessions end, as an administrator ends them, or the time. */
  endSessions(): Promise<void>;
  stop(): Promise<void>;
}

/** A real one, with a database that can be asked. */
export interface RealTryton extends TrytonPlace {
  sql(text: string): Promise<readonly unknown[]>;
  /** Its server ends in the middle of what it does; what its database has committed stays. */
  stopServer(): Promise<void>;
  /** At the same address. */
  startServer(): Promise<void>;
  /** A transaction of its own, open until it is ended. */
  begin(text: string): Promise<{ commit(): Promise<void> }>;
}

const program = fileURLToPath(new URL('../../../bin/tryton.mjs', import.meta.url));

interface Served extends Pick<TrytonPlace, 'url' | 'database' | 'service' | 'admin'> {
  readonly postgres: { readonly host: string; readonly database: string; readonly user: string };
}

/** Starts a real Tryton as processes that end with this one; where there can be none, says why. */
export async function startRealTryton(): Promise<RealTryton | { readonly absent: string }> {
  const child = spawn(process.execPath, [program, 'serve'], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lines = createInterface(child.stdout);
  const nextLine = (): Promise<string> =>
    Promise.race([
      new Promise<string>((resolve) => lines.once('line', resolve)),
      ended.then(() => '{"absent":"it did not start"}'),
    ]);
  // What bin/tryton.mjs says.
  const said = JSON.parse(await nextLine()) as Served | { readonly absent: string };
  if ('absent' in said) return said;
  const { postgres, ...place } = said;

  async function connected<T>(work: (client: Client) => Promise<T>): Promise<T> {
    const client = new Client(postgres);
    await client.connect();
    try {
      return await work(client);
    } finally {
      await client.end();
    }
  }

  async function told(command: 'stop' | 'start'): Promise<void> {
    const answer = nextLine();
    child.stdin.write(`${command}\n`);
    if (!(await answer).includes('done')) throw new Error(`Tryton could not ${command}`);
  }

  return {
    ...place,
    stopServer: () => told('stop'),
    startServer: () => told('start'),
    sql: (text) => connected(async (client) => (await client.query<Record<string, unknown>>(text)).rows),
    begin: async (text) => {
      const client = new Client(postgres);
      await client.connect();
      await client.query('begin');
      await client.query(text);
      return {
        commit: async () => {
          await client.query('commit');
          await client.end();
        },
      };
    },
    endSessions: () =>
      connected(async (client) => {
        await client.query('delete from ir_session');
      }),
    stop: async () => {
      child.stdin.end();
      await ended;
    },
  };
}

export async function startTrytonDouble(): Promise<TrytonPlace> {
  const double = await TrytonDouble.start();
  const { url, database, service, admin } = double;
  return {
    url,
    database,
    service,
    admin,
    endSessions: () => {
      double.endSessions();
      return Promise.resolve();
    },
    stop: () => double.close(),
  };
}
