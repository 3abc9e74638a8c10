import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { until } from './wait.js';

/** How a process ended. */
export interface ProcessEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface ServiceSettings {
  readonly databaseUrl: string;
  readonly port: number;
  readonly masterKeys: string;
  readonly bootstrapKey: string;
  readonly allowDataLoss: boolean;
  readonly logFile: string;
}

const entry = fileURLToPath(new URL('../../src/main.js', import.meta.url));
const commandLine = fileURLToPath(new URL('../../src/cli/main.js', import.meta.url));
const logLinesShown = 10;
const logLineLength = 400;

/** The service as a process of its own, on a port that stays the same from one life to the next. */
export class ServiceProcess {
  readonly url: string;
  #child: ChildProcess | undefined;
  #exited: Promise<ProcessEnd> | undefined;
  #end: ProcessEnd | undefined;
  #over = false;

  constructor(private readonly settings: ServiceSettings) {
    this.url = `http://127.0.0.1:${settings.port}`;
  }

  /** Starts a new life; resolves at once. */
  start(): void {
    if (this.#over) throw new Error('the run is ending');
    const log = openSync(this.settings.logFile, 'a');
    const child = spawn(process.execPath, [entry], { env: this.#environment(), stdio: ['ignore', log, log] });
    closeSync(log);
    this.#child = child;
    this.#end = undefined;
    this.#exited = new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('exit', (code, signal) => {
        if (this.#child === child) this.#end = { code, signal };
        resolve({ code, signal });
      });
    });
  }

  /** How this life ended, or undefined while it lasts. */
  get ended(): ProcessEnd | undefined {
    return this.#end;
  }

  /** Resolves when the service says that it is ready. */
  async ready(withinMs: number): Promise<void> {
    await until('readiness of the service', withinMs, async () =>
      (await this.probe('ready')) === 200 ? true : undefined,
    );
  }

  /** The status of a health endpoint. */
  async probe(name: 'live' | 'ready'): Promise<number> {
    const response = await fetch(`${this.url}/health/${name}`, { signal: AbortSignal.timeout(5_000) });
    await response.text();
    return response.status;
  }

  /** Ends the process without a word; resolves when it is gone. */
  async kill(): Promise<void> {
    this.#child?.kill('SIGKILL');
    await this.#exited;
  }

  /** Asks the process to end and waits for it; a process that never does is killed, which the answer then shows. */
  async terminate(withinMs: number): Promise<ProcessEnd> {
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), withinMs);
    try {
      return (await this.#exited) ?? { code: null, signal: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Ends the last life; there will be no other. */
  async end(): Promise<void> {
    this.#over = true;
    await this.kill();
  }

  /** Calls the REST API as the administrator; fails on anything but success. */
  async call<Body>(method: 'GET' | 'POST', path: string, body?: object): Promise<Body> {
    const response = await fetch(`${this.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${this.settings.bootstrapKey}`, 'content-type': 'application/json' },
      signal: AbortSignal.timeout(20_000),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`);
    // What the caller says that the API answers; the checks look at every value they use.
    return JSON.parse(text) as Body;
  }

  /** Runs a command of the command line with the environment of the service; answers its status and output. */
  command(
    args: readonly string[],
    withinMs: number,
  ): Promise<{ readonly code: number | null; readonly output: string }> {
    return new Promise((resolve, reject) => {
      const child = spawn(process.execPath, [commandLine, ...args], {
        env: this.#environment(),
        stdio: ['ignore', 'pipe', 'pipe'],
        timeout: withinMs,
        killSignal: 'SIGKILL',
      });
      let output = '';
      const keep = (chunk: Buffer): void => void (output += chunk.toString());
      child.stdout.on('data', keep);
      child.stderr.on('data', keep);
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, output }));
    });
  }

  /** The last lines that the service logged. */
  async lastWords(): Promise<string> {
    const text = await readFile(this.settings.logFile, 'utf8').catch(() => '');
    const lines = text.trimEnd().split('\n').slice(-logLinesShown);
    return lines.map((line) => line.slice(0, logLineLength)).join('\n');
  }

  #environment(): NodeJS.ProcessEnv {
    // Settings of whoever runs us must not change what is tested.
    const inherited = Object.entries(process.env).filter(
      ([name]) => !name.startsWith('LIAISON_') && !name.startsWith('PG') && name !== 'NODE_ENV',
    );
    return {
      ...Object.fromEntries(inherited),
      HOST: '127.0.0.1',
      PORT: String(this.settings.port),
      DATABASE_URL: this.settings.databaseUrl,
      LIAISON_MASTER_KEYS: this.settings.masterKeys,
      LIAISON_BOOTSTRAP_KEY: this.settings.bootstrapKey,
      LIAISON_LOG_LEVEL: 'warn',
      ...(this.settings.allowDataLoss ? { LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true' } : {}),
    };
  }
}

/** Below the ports that outgoing connections get, one of which could sit on ours while the service is down. */
const lowestPort = 10_000;
const highestPort = 19_999;

/** A port on 127.0.0.1 that nobody uses now. */
export async function freePort(): Promise<number> {
  return until('a free port', 5_000, async () => {
    const port = lowestPort + Math.floor(Math.random() * (highestPort - lowestPort));
    return (await isFree(port)) ? port : undefined;
  });
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
