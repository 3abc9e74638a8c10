import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { readPidFile, signal } from './postmaster.js';
import { pidIsTaken, runsWithArgument } from './process-identity.js';

const POLL_MS = 20;

/** What ends a server, gentlest first, and how long each may take. The last one makes the next start recover. */
const WAYS_TO_END: readonly (readonly [NodeJS.Signals, ms: number])[] = [
  ['SIGINT', 10_000],
  ['SIGQUIT', 5_000],
];

/**
 * Sees to it that no server of an earlier owner runs on this data directory; to be called by the owner of the lock.
 *
 * A server whose owner was killed is stopping already (see guarded-process.ts); it is asked again and waited for, so no
 * two servers ever write to one directory. postmaster.pid is removed only when it would mislead Postgres: its pid now
 * belongs to another program or to a zombie. In all other cases Postgres itself reads more from it than we can.
 */
export async function endLeftoverServer(dataDir: string): Promise<void> {
  const file = await readPidFile(dataDir);
  if (file === undefined) return;
  for (const [name, ms] of WAYS_TO_END) {
    if (!runsWithArgument(file.pid, dataDir)) break;
    signal(file.pid, name);
    await untilGone(file.pid, dataDir, ms);
  }
  if (runsWithArgument(file.pid, dataDir)) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-still-running',
      `A Postgres of an earlier run (process ${file.pid}) still uses ${dataDir} and does not stop. ` +
        'End that process, then start again.',
    );
  }
  if (pidIsTaken(file.pid)) await rm(join(dataDir, 'postmaster.pid'), { force: true });
}

async function untilGone(pid: number, dataDir: string, ms: number): Promise<void> {
  const deadline = Date.now() + ms;
  while (Date.now() < deadline && runsWithArgument(pid, dataDir)) await delay(POLL_MS);
}
