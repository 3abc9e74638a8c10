import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Variant, type VariantId, variantOf } from './catalogue.js';
import { type DatabaseServer, startDatabaseServer } from './database-server.js';
import { type LoadApi } from './load-process.js';
import { describeMachine, fsyncProbe } from './machine.js';
import { measure } from './measure.js';
import { type MeasureSettings } from './measure-settings.js';
import { type Measurement } from './measurement.js';
import { type Options } from './options.js';
import { preload } from './preload.js';
import { RemoteProcess } from './remote.js';
import { messagesPerMs } from './requests.js';
import { writeConnectionsFile } from './tenants.js';

export interface Environment {
  readonly at: string;
  readonly machine: ReturnType<typeof describeMachine>;
  readonly postgres: { readonly version: string; readonly settings: Readonly<Record<string, string>> };
  readonly databaseIsLocal: boolean;
  readonly fsyncMs: number;
  readonly meanBodyBytes: number;
  readonly options: Options;
}

export interface Results {
  readonly environment: Environment;
  readonly measurements: readonly Measurement[];
  readonly profiles: readonly (readonly [VariantId, string])[];
}

/** Requests are prepared for this many per second; a variant that is faster runs out of them, and the report says so. */
const preparedPerSecond = 25_000;
const databasePrefix = `liaison_bench_${process.pid}`;

/** Measures every variant in every round, in another order each round. */
export async function runBenchmark(options: Options, report: (line: string) => void): Promise<Results> {
  report('starting Postgres');
  const database = await startDatabaseServer(report);
  const generator = new RemoteProcess<LoadApi>('load-process.js');
  const databases = new Databases(database);
  let cleaned: Promise<void> | undefined;
  const cleanUp = (): Promise<void> =>
    (cleaned ??= (async () => {
      await generator.end();
      await databases.dropAll().catch(() => report(`databases named ${databasePrefix}_… could not be dropped`));
      await database.stop();
    })());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
  try {
    return await runRounds(options, database, databases, generator, report);
  } finally {
    await cleanUp();
  }
}

async function runRounds(
  options: Options,
  database: DatabaseServer,
  databases: Databases,
  generator: RemoteProcess<LoadApi>,
  report: (line: string) => void,
): Promise<Results> {
  const connectionsFile = await writeConnectionsFile(join(database.directory, 'connections'));
  const fsyncMs = await fsyncProbe(database.directory);
  const chosen = options.variants.map(variantOf);
  for (const variant of chosen.filter(({ preloaded }) => preloaded > 0)) {
    report(`preloading ${variant.preloaded.toLocaleString('en')} deliveries for ${variant.id}`);
    await preload(await databases.keep(variant.id), variant.preloaded, report);
  }
  const measurements: Measurement[] = [];
  const profiles: [VariantId, string][] = [];
  let meanBodyBytes = 0;
  // The source time tells the rounds apart in a database that is used again.
  let usedUntilMs = 0;
  for (let round = 0; round < options.rounds; round++) {
    const since = new Date(Math.max(Date.now(), usedUntilMs));
    const count = Math.ceil((options.seconds + options.warmUpSeconds) * preparedPerSecond);
    report(`round ${round + 1} of ${options.rounds}: preparing ${count.toLocaleString('en')} requests`);
    ({ meanBodyBytes } = await generator.call('prepare', { round, count, firstTimeMs: since.getTime() }));
    usedUntilMs = since.getTime() + Math.ceil(count / messagesPerMs);
    // The check of the generator comes first; it needs no turns, for nothing is compared with it.
    for (const variant of [...(round === 0 ? [variantOf('L0')] : []), ...rotated(chosen, round)]) {
      const profilePath =
        options.profile && variant.id !== 'L0'
          ? join(tmpdir(), `liaison-${variant.id}-${process.pid}-${round}.cpuprofile`)
          : undefined;
      if (profilePath !== undefined) profiles.push([variant.id, profilePath]);
      const settings: MeasureSettings = { ...options, connectionsFile, profilePath };
      const url = variant.preloaded > 0 ? await databases.keep(variant.id) : await databases.fresh();
      const measurement = await measure(variant, { number: round, since }, url, { database, generator, settings });
      await databases.dropFresh();
      measurements.push(measurement);
      report(`  ${lineOf(measurement)}`);
    }
  }
  const { version, settings, postmasterPid } = database;
  return {
    environment: {
      at: new Date().toISOString(),
      machine: describeMachine(),
      postgres: { version, settings },
      databaseIsLocal: postmasterPid !== undefined,
      fsyncMs,
      meanBodyBytes,
      options,
    },
    measurements,
    profiles,
  };
}

/** A fresh database for each measurement, and those that were preloaded, which stay. */
class Databases {
  readonly #kept = new Map<VariantId, string>();
  readonly #names = new Set<string>();
  #fresh: string | undefined;
  #count = 0;

  constructor(private readonly server: DatabaseServer) {}

  async fresh(): Promise<string> {
    this.#fresh = `${databasePrefix}_${++this.#count}`;
    return this.#create(this.#fresh);
  }

  async dropFresh(): Promise<void> {
    if (this.#fresh === undefined) return;
    await this.server.drop(this.#fresh);
    this.#names.delete(this.#fresh);
    this.#fresh = undefined;
  }

  async keep(id: VariantId): Promise<string> {
    const known = this.#kept.get(id);
    if (known !== undefined) return known;
    const url = await this.#create(`${databasePrefix}_${id.toLowerCase()}`);
    this.#kept.set(id, url);
    return url;
  }

  async dropAll(): Promise<void> {
    for (const name of this.#names) await this.server.drop(name);
    this.#names.clear();
  }

  #create(name: string): Promise<string> {
    this.#names.add(name);
    return this.server.create(name);
  }
}

function rotated(list: readonly Variant[], by: number): readonly Variant[] {
  const shift = by % Math.max(list.length, 1);
  return [...list.slice(shift), ...list.slice(0, shift)];
}

function lineOf({ variant, rate, load, acknowledged, stored, faults }: Measurement): string {
  const figures = `${Math.round(rate).toLocaleString('en')}/s, p99 ${load.latency.p99.toFixed(1)} ms`;
  const counts = `${acknowledged} acknowledged${stored === undefined ? '' : `, ${stored} stored`}`;
  return `${variant.padEnd(4)} ${figures}, ${counts}${faults.length === 0 ? '' : `  WRONG: ${faults.join('; ')}`}`;
}
