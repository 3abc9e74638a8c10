import { setTimeout as delay } from 'node:timers/promises';
import { SeededRandom } from '../../simulators/common/seeded-random.js';
import { Bodies, type Target } from './bodies.js';
import { check } from './check.js';
import { type Cleanup } from './cleanup.js';
import { Ledger, type Comparison, type Totals } from './ledger.js';
import { Load } from './load.js';
import { type Kind } from './options.js';
import { durable, forgetful, type PostgresServer } from './postgres-server.js';
import { ServiceProcess } from './service-process.js';
import { checkSettled, type Settled } from './settled-check.js';
import { strike } from './strike.js';

export interface RoundResult {
  readonly kind: Kind;
  readonly round: number;
  readonly struckAfterMs: number;
  readonly how: string;
  /** Bodies that were acknowledged for the first time in this round. */
  readonly acknowledged: number;
  readonly comparison: Comparison;
  readonly recoveryMs: number;
  readonly faults: readonly string[];
}

export interface KindResult {
  readonly kind: Kind;
  readonly rounds: readonly RoundResult[];
  readonly totals: Totals;
  readonly settled: Settled;
}

/** What all kinds of one run share. */
export interface Bench {
  readonly postgres: PostgresServer;
  readonly port: number;
  readonly masterKeys: string;
  readonly bootstrapKey: string;
  readonly logFile: string;
  readonly seed: number;
  readonly latestStrikeMs: number;
  readonly cleanup: Cleanup;
  readonly tell: (result: RoundResult) => void;
}

const connections = 4;
const startsWithinMs = 60_000;
const recoversWithinMs = 30_000;
const deliversWithinMs = 30_000;
const earliestStrikeMs = 200;
/** Load goes on for a moment, so that a system that falls over right after its recovery is seen. */
const afterglowMs = 150;

/** Runs all rounds of one kind on a database of its own. */
export async function runKind(kind: Kind, rounds: number, bench: Bench): Promise<KindResult> {
  const { postgres, cleanup } = bench;
  await postgres.use(kind === 'control' ? forgetful : durable);
  const databaseUrl = await postgres.createDatabase(`crash_${kind}`);
  const service = new ServiceProcess({ ...bench, databaseUrl, allowDataLoss: kind === 'control' });
  cleanup.add(() => service.end());
  try {
    service.start();
    await service.ready(startsWithinMs);
    const targets = await createTargets(service);
    if (kind === 'control') {
      // The crash is to take deliveries, not the schema under them.
      await postgres.restart();
      await service.ready(startsWithinMs);
    }
    // By the name, so that a kind alone meets the same moments as in a run of all.
    const random = new SeededRandom(bench.seed + kind.length * 7_919 + kind.charCodeAt(0));
    const ledger = new Ledger();
    const load = new Load(service.url, new Bodies(targets, new SeededRandom(random.between(0, 0xffff_fff))), ledger);
    cleanup.add(() => {
      load.close();
      return Promise.resolve();
    });
    const results: RoundResult[] = [];
    for (let round = 1; round <= rounds; round++) {
      const result = await runRound({
        kind,
        round,
        databaseUrl,
        service,
        postgres,
        ledger,
        load,
        random,
        latestStrikeMs: bench.latestStrikeMs,
      });
      bench.tell(result);
      results.push(result);
    }
    load.close();
    const settled = await checkSettled(service, databaseUrl);
    return { kind, rounds: results, totals: ledger.totals, settled };
  } catch (error) {
    throw new Error(`${kind}: the run broke off. ${await describe(service)}`, { cause: error });
  } finally {
    await service.end();
  }
}

interface Round {
  readonly kind: Kind;
  readonly round: number;
  readonly databaseUrl: string;
  readonly service: ServiceProcess;
  readonly postgres: PostgresServer;
  readonly ledger: Ledger;
  readonly load: Load;
  readonly random: SeededRandom;
  readonly latestStrikeMs: number;
}

async function runRound(context: Round): Promise<RoundResult> {
  const { kind, round, ledger, load, random } = context;
  const before = ledger.totals.acknowledged;
  const struckAfterMs = random.between(earliestStrikeMs, context.latestStrikeMs);
  load.start();
  await delay(struckAfterMs);
  const { how, backAt, faults } = await strike(kind, round, context, random);
  const recoveredAt = await load.nextAcknowledgement(recoversWithinMs);
  await delay(afterglowMs);
  const undelivered = await load.finish(deliversWithinMs);
  const comparison = await check(context.databaseUrl, ledger);
  return {
    kind,
    round,
    struckAfterMs,
    how,
    acknowledged: ledger.totals.acknowledged - before,
    comparison,
    recoveryMs: recoveredAt - backAt,
    faults: [...faults, ...(undelivered === 0 ? [] : [`${undelivered} retried deliveries were never taken`])],
  };
}

/** What can be said of a service that let us down. */
async function describe(service: ServiceProcess): Promise<string> {
  // Who loses its connections often sees it before the end of the process is known.
  await delay(100);
  const { ended } = service;
  const state = ended === undefined ? 'still runs' : `ended with ${ended.signal ?? `status ${String(ended.code)}`}`;
  return `The service ${state}; it logged last:\n${await service.lastWords()}`;
}

/** Connections as an administrator makes them; the platform learns their addresses and secrets. */
async function createTargets(service: ServiceProcess): Promise<Target[]> {
  const targets: Target[] = [];
  for (let index = 0; index < connections; index++) {
    const secret = `webhook-secret-of-app-${index}`;
    const { webhookUrl } = await service.call<{ webhookUrl: string }>('POST', '/v1/connections', {
      platform: 'watson-work',
      name: `App ${index}`,
      settings: { appId: `app-${index}`, apiUrl: 'http://127.0.0.1:1' },
      secrets: { appSecret: 'not used here', webhookSecrets: [secret] },
    });
    targets.push({ path: new URL(webhookUrl).pathname, secret });
  }
  return targets;
}
