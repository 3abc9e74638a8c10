import { readFile, rename, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { unlessMissing } from './system-error.js';

/** Below the ports that Linux (32768) and macOS (49152) hand to outgoing connections, one of which could be in the way. */
const LOWEST = 20_000;
const HIGHEST = 32_000;
const ATTEMPTS = 100;

/**
 * A free port on 127.0.0.1: the one of the last run if it is still free, so that pools of other processes find the server
 * again after a change of owner, else a random one. It can be taken before Postgres binds it; then ask again.
 */
export async function choosePort(home: string): Promise<number> {
  const last = Number(await unlessMissing(readFile(portFile(home), 'utf8')));
  if (Number.isInteger(last) && last > 0 && last < 65_536 && (await isFree(last))) return last;
  for (let attempt = 0; attempt < ATTEMPTS; attempt += 1) {
    const port = LOWEST + Math.floor(Math.random() * (HIGHEST - LOWEST));
    if (await isFree(port)) return port;
  }
  throw new Error(`No free port was found on 127.0.0.1 between ${LOWEST} and ${HIGHEST}`);
}

/** Remembers the port for the next run. */
export async function keepPort(home: string, port: number): Promise<void> {
  const draft = `${portFile(home)}.new`;
  await writeFile(draft, String(port));
  await rename(draft, portFile(home));
}

function portFile(home: string): string {
  return join(home, 'port');
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
