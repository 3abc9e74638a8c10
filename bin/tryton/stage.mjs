import { spawn } from 'node:child_process';
import { appendFileSync, chmodSync, chownSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearTimeout, setTimeout } from 'node:timers';
import { setTimeout as delay } from 'node:timers/promises';
import { must, said } from './commands.mjs';
import { environmentOf, postgresIn, programOf } from './packages.mjs';
import { rpc } from './rpc.mjs';

const startsWithin = 120_000;
/** Nothing outlives a test run, so nothing needs to reach the disk; and nobody but this Tryton finds the database. */
const settings = { listen_addresses: '', fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };

/** A Postgres and a Tryton in a folder of their own; `end` leaves neither process nor file behind. */
export class Stage {
  #ends = [];
  #port;

  constructor(root) {
    this.root = root;
    this.bin = postgresIn(root);
    this.place = mkdtempSync(join(tmpdir(), 'liaison-tryton-'));
    this.data = join(this.place, 'data');
    this.config = join(this.place, 'trytond.conf');
    this.env = { ...environmentOf(root), PGHOST: this.place, PGUSER: 'tryton' };
    // Postgres does not run as root; there it gets a user that owns nothing else.
    this.owner =
      process.getuid?.() === 0
        ? { uid: Number(must('id', ['-u', 'nobody'])), gid: Number(must('id', ['-g', 'nobody'])) }
        : {};
    chmodSync(this.place, 0o700);
    if (this.owner.uid !== undefined) chownSync(this.place, this.owner.uid, this.owner.gid);
  }

  /** An empty cluster with an empty database. */
  async makeDatabase() {
    const options = { ...this.owner, cwd: this.place, env: this.env };
    const form = ['-U', 'tryton', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8'];
    must(join(this.bin, 'initdb'), ['-D', this.data, ...form], options);
    await this.startPostgres();
    must(join(this.bin, 'createdb'), ['tryton'], { env: this.env });
  }

  async startPostgres() {
    const given = { ...settings, unix_socket_directories: this.place, timezone: 'UTC' };
    const args = Object.entries(given).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    // SIGINT: a fast shutdown, in which clients are not waited for.
    const server = [join(this.bin, 'postgres'), ['-D', this.data, ...args], 'SIGINT'];
    await this.#run(...server, { ...this.owner, cwd: this.place }, () =>
      Promise.resolve(said(join(this.bin, 'pg_isready'), ['-q'], { env: this.env }) !== undefined),
    );
  }

  /** Makes Tryton's tables and activates the modules. */
  activateModules(password) {
    this.#configure(0);
    const secret = join(this.place, 'secret');
    writeFileSync(secret, password, { mode: 0o600 });
    const script = [programOf(this.root, 'trytond-admin'), '-c', this.config, '-d', 'tryton'];
    const args = [...script, '--email', 'admin@example.test'];
    const options = { env: { ...this.env, TRYTONPASSFILE: secret } };
    must('/usr/bin/python3', [...args, '--all'], options);
    must('/usr/bin/python3', [...args, '-u', 'sale_opportunity', '--activate-dependencies'], options);
  }

  /** Answers where it listens: a free port of this machine, the same one whenever it is started again. */
  async startTryton() {
    this.#port ??= await freePort();
    const url = `http://127.0.0.1:${this.#port}`;
    this.#configure(this.#port);
    const args = [programOf(this.root, 'trytond'), '-c', this.config, '-d', 'tryton'];
    await this.#run('/usr/bin/python3', args, 'SIGKILL', {}, () =>
      rpc(`${url}/`, 'common.server.version').then(
        () => true,
        () => false,
      ),
    );
    return url;
  }

  /** Ends Tryton's server alone, which was started last. */
  async stopTryton() {
    await this.#ends.shift()();
  }

  /** Ends the processes, the last one first. */
  async stop() {
    for (const end of this.#ends.splice(0)) await end();
  }

  async end() {
    await this.stop();
    rmSync(this.place, { recursive: true, force: true });
  }

  #configure(port) {
    const lines = ['[database]', 'uri = postgresql://tryton@/', '[web]', `listen = 127.0.0.1:${port}`];
    writeFileSync(this.config, `${lines.join('\n')}\n`);
  }

  async #run(command, args, signal, options, isReady) {
    const log = join(this.place, 'log');
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'], env: this.env, ...options });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk) => appendFileSync(log, chunk));
    let hasEnded = false;
    const ended = new Promise((resolve) => {
      child.once('error', resolve);
      child.once('close', resolve);
    }).then(() => (hasEnded = true));
    this.#ends.unshift(async () => {
      child.kill(signal);
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await ended;
      clearTimeout(late);
    });
    const deadline = Date.now() + startsWithin;
    while (!(await isReady())) {
      if (hasEnded || Date.now() > deadline) {
        throw new Error(`${command} did not start: ${readFileSync(log, 'utf8').slice(-2_000)}`);
      }
      await delay(100);
    }
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
