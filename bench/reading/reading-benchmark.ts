import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ReaderId } from '../catalogue.js';
import { type DatabaseServer, startDatabaseServer } from '../database-server.js';
import { describeMachine, postgresUs, waitForQuiet } from '../machine.js';
import { type Options } from '../options.js';
import { type ReadingApi } from '../reading-process.js';
import { RemoteProcess } from '../remote.js';
import { writeConnectionsFile } from '../tenants.js';
import { type VariantApi } from '../variant-process.js';
import { fillHistory, type History } from './history.js';
import { questionsOf, type Question } from './questions.js';
import { readerKey } from './reader-key.js';
import { type ReadResult } from './reader.js';
import { type StreamResult } from './streams.js';

/** What one question got from one variant in one round. */
export interface Reading extends ReadResult {
  readonly messages: number;
  readonly question: string;
  readonly variant: ReaderId;
  readonly round: number;
  /** CPU time for one answer of the server, and of Postgres where we may look. */
  readonly serverUs: number;
  readonly postgresUs: number | undefined;
}

/** Long answers of this service, on a history of so many messages. */
export interface LongReading extends StreamResult {
  readonly messages: number;
  readonly what: string;
  /** The memory of the server before, and the greatest while it answered. */
  readonly restingRssBytes: number;
  readonly peakRssBytes: number;
}

export interface ReadingResults {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly postgres: string;
  readonly connections: number;
  readonly readings: readonly Reading[];
  readonly long: readonly LongReading[];
  /** Where the CPU profiles of this service are, by what was asked. */
  readonly profiles: readonly (readonly [string, string])[];
}

/** Asks this service and the yardstick the same questions, in turns, on histories of the given sizes. */
export async function runReadingBenchmark(options: Options, report: (line: string) => void): Promise<ReadingResults> {
  const database = await startDatabaseServer(report);
  const reader = new RemoteProcess<ReadingApi>('reading-process.js');
  const readings: Reading[] = [];
  const long: LongReading[] = [];
  const profiles: (readonly [string, string])[] = [];
  let cleaned: Promise<void> | undefined;
  const cleanUp = (): Promise<void> => (cleaned ??= reader.end().then(() => database.stop()));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
  try {
    for (const messages of options.readingSizes) {
      const name = `liaison_bench_${process.pid}_reading_${messages}`;
      report(`writing a history of ${messages.toLocaleString('en')} messages`);
      const url = await database.create(name);
      const history = await fillHistory(url, messages, report);
      const asked = await askAll({ database, reader, options, report }, url, history);
      readings.push(...asked.readings);
      long.push(...asked.long);
      profiles.push(...asked.profiles);
      await database.drop(name);
    }
    return {
      machine: describeMachine(),
      postgres: database.version,
      connections: options.readingConnections,
      readings,
      long,
      profiles,
    };
  } finally {
    await cleanUp();
  }
}

interface Surroundings {
  readonly database: DatabaseServer;
  readonly reader: RemoteProcess<ReadingApi>;
  readonly options: Options;
  readonly report: (line: string) => void;
}

interface Server {
  readonly process: RemoteProcess<VariantApi>;
  readonly port: number;
}

function pathsOf({ ours, theirs }: Question, variant: ReaderId): readonly string[] {
  return variant === 'R' ? ours : theirs;
}

async function askAll(
  { database, reader, options, report }: Surroundings,
  url: string,
  history: History,
): Promise<Pick<ReadingResults, 'readings' | 'long' | 'profiles'>> {
  const connectionsFile = await writeConnectionsFile(join(database.directory, 'connections'));
  const servers = new Map<ReaderId, Server>();
  try {
    for (const id of ['R', 'Y'] as const) {
      const process = new RemoteProcess<VariantApi>('variant-process.js');
      const settings = { databaseUrl: url, directory: database.directory, connectionsFile };
      servers.set(id, { process, ...(await process.call('start', { id, ...settings })) });
    }
    const base = { credential: readerKey, connections: options.readingConnections };
    const questions = questionsOf(history);
    for (const [variant, { port }] of servers) {
      const paths = questions.flatMap((question) => pathsOf(question, variant).slice(0, 20));
      for (let turn = 0, answers = 0; turn < 4 && (turn === 0 || answers < options.warmUpRequests); turn++) {
        answers += (await reader.call('read', { ...base, port, paths, seconds: options.warmUpSeconds * 2 })).answers;
      }
    }
    await database.checkpoint();
    await waitForQuiet(options.quietWithinMs);
    const readings: Reading[] = [];
    const profiles: (readonly [string, string])[] = [];
    for (const question of questions) {
      for (let round = 0; round < options.rounds; round++) {
        const turns: readonly ReaderId[] = round % 2 === 0 ? ['R', 'Y'] : ['Y', 'R'];
        for (const variant of turns) {
          const server = servers.get(variant);
          const paths = pathsOf(question, variant);
          if (paths.length === 0 || server === undefined) continue;
          const order = { ...base, port: server.port, paths };
          await reader.call('read', { ...order, seconds: options.warmUpSeconds / 3 });
          const isProfiled = options.profile && variant === 'R';
          if (isProfiled) await server.process.call('startProfile', null);
          const { result, ...cost } = await costOf(server.process, database.postmasterPid, () =>
            reader.call('read', { ...order, seconds: options.seconds / 2 }),
          );
          if (isProfiled) {
            const path = join(tmpdir(), `liaison-R-${process.pid}-${profiles.length}.cpuprofile`);
            await server.process.call('stopProfile', { path });
            profiles.push([question.name, path]);
          }
          readings.push({ ...result, ...cost, messages: history.messages, question: question.name, variant, round });
          report(
            `  ${variant} ${question.name}: ${result.perSecond.toFixed(1)}/s, p99 ${result.latency.p99.toFixed(1)} ms`,
          );
        }
      }
    }
    const ours = servers.get('R');
    const long: LongReading[] = [];
    if (ours !== undefined) {
      const { port } = ours;
      const order = { port, credential: readerKey, seconds: options.seconds * 2 };
      const path = `/v1/spaces/${history.busySpaceId}/export`;
      const watched = async (what: string, work: Promise<StreamResult>): Promise<void> => {
        const { result, ...memory } = await watchMemory(ours.process, work);
        long.push({ ...result, ...memory, messages: history.messages, what });
        report(`  ${what}: ${Math.round(result.items / result.seconds).toLocaleString('en')}/s`);
      };
      await watched('following the feed from its beginning', reader.call('follow', order));
      await watched('exporting the busy space', reader.call('stream', { ...order, path }));
    }
    return { readings, long, profiles };
  } finally {
    for (const { process } of servers.values()) {
      await process.call('stop', null).catch(() => undefined);
      await process.end();
    }
  }
}

/** What `work` cost, by the answers that came meanwhile. */
async function costOf(
  server: RemoteProcess<VariantApi>,
  postmasterPid: number | undefined,
  work: () => Promise<ReadResult>,
): Promise<{ readonly result: ReadResult } & Pick<Reading, 'serverUs' | 'postgresUs'>> {
  const look = async () => ({
    server: (await server.call('sample', null)).cpuUs,
    postgres: await postgresUs(postmasterPid),
  });
  const before = await look();
  const result = await work();
  const after = await look();
  const answers = Math.max(result.answers, 1);
  return {
    result,
    serverUs: (after.server - before.server) / answers,
    postgresUs:
      after.postgres === undefined || before.postgres === undefined
        ? undefined
        : (after.postgres - before.postgres) / answers,
  };
}

async function watchMemory<T>(
  server: RemoteProcess<VariantApi>,
  work: Promise<T>,
): Promise<{ readonly result: T; readonly restingRssBytes: number; readonly peakRssBytes: number }> {
  const { rssBytes: restingRssBytes } = await server.call('sample', null);
  let peakRssBytes = restingRssBytes;
  const look = setInterval(() => {
    server.call('sample', null).then(
      ({ rssBytes }) => (peakRssBytes = Math.max(peakRssBytes, rssBytes)),
      () => undefined,
    );
  }, 250);
  try {
    return { result: await work, restingRssBytes, peakRssBytes };
  } finally {
    clearInterval(look);
  }
}
