import { setTimeout as delay } from 'node:timers/promises';
import { type SeededRandom } from '../../simulators/common/seeded-random.js';
import { type Ledger } from './ledger.js';
import { type Kind } from './options.js';
import { type PostgresServer } from './postgres-server.js';
import { type ServiceProcess } from './service-process.js';

/** What is struck, and who knows what it answers meanwhile. */
export interface Victims {
  readonly service: ServiceProcess;
  readonly postgres: PostgresServer;
  readonly ledger: Ledger;
}

/** One interruption that is over: everything runs again, or is starting. */
export interface Strike {
  readonly how: string;
  /** When (`performance.now()`) that which was struck was there again: the process started, the server accepting. */
  readonly backAt: number;
  /** What the system did that it must not do. */
  readonly faults: readonly string[];
}

const endsWithinMs = 30_000;
const shortestOutageMs = 150;
const longestOutageMs = 700;

/** Interrupts the system in the manner of this kind and brings it back. */
export function strike(kind: Kind, round: number, victims: Victims, random: SeededRandom): Promise<Strike> {
  switch (kind) {
    case 'service':
      return killService(victims);
    case 'stop':
      return restartService(victims);
    case 'postgres':
    case 'control':
      return killPostgres(round, victims, random.between(shortestOutageMs, longestOutageMs));
  }
}

async function killService({ service }: Victims): Promise<Strike> {
  await service.kill();
  const backAt = performance.now();
  service.start();
  return { how: 'SIGKILL', backAt, faults: [] };
}

/** An orderly end answers what it took: only a 200, or a connection that closes. */
async function restartService({ service, ledger }: Victims): Promise<Strike> {
  const asked = performance.now();
  const { code, signal } = await service.terminate(endsWithinMs);
  const backAt = performance.now();
  const refused = ledger.refusedBetween(asked, backAt);
  service.start();
  return {
    how: `SIGTERM, gone after ${Math.round(backAt - asked)} ms`,
    backAt,
    faults: [
      ...(code === 0 ? [] : [`the service ended with ${signal ?? `status ${String(code)}`} instead of status 0`]),
      ...(refused === 0 ? [] : [`${refused} calls were refused between SIGTERM and the end`]),
    ],
  };
}

/** The service must live through it: alive all the time, ready only with its database. */
async function killPostgres(round: number, { service, postgres }: Victims, outageMs: number): Promise<Strike> {
  const how = round % 2 === 1 ? 'SIGQUIT' : 'SIGKILL';
  await postgres.kill(how);
  await delay(outageMs);
  const [live, ready] = await Promise.all([service.probe('live'), service.probe('ready')]);
  await postgres.start();
  return {
    how: `${how}, down for ${outageMs} ms`,
    backAt: performance.now(),
    faults: [
      ...(live === 200 ? [] : [`liveness answered ${live} while the database was down`]),
      ...(ready === 503 ? [] : [`readiness answered ${ready} while the database was down`]),
    ],
  };
}
