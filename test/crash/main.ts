import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { randomSecret } from '../../src/common/security/random.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { Cleanup } from './cleanup.js';
import { type Options, readOptions, usage } from './options.js';
import { durable, PostgresServer } from './postgres-server.js';
import { failuresOf, report, roundLine } from './report.js';
import { type KindResult, runKind } from './rounds.js';
import { freePort } from './service-process.js';

/**
 * Proves that nothing that was acknowledged is ever lost: crashes a real service and a real Postgres under load, again
 * and again, and holds what is stored against what was promised. docs/operations/durability.md explains the report.
 */
async function main(options: Options, cleanup: Cleanup): Promise<boolean> {
  const started = performance.now();
  const directory = await mkdtemp(join(tmpdir(), 'liaison-crash-'));
  cleanup.add(() => rm(directory, { recursive: true, force: true }));
  // Postgres does not run as root: whoever it runs as must reach its data, which nobody else can read.
  await chmod(directory, 0o711);
  const postgres = new PostgresServer(join(directory, 'data'), durable);
  cleanup.add(() => postgres.end());
  await postgres.start();
  console.log(
    `seed ${options.seed}; Node ${process.version}, PostgreSQL ${await postgres.version()}, ` +
      `${process.platform} with ${availableParallelism()} cores`,
  );

  const results: KindResult[] = [];
  for (const kind of options.kinds) {
    const result = await runKind(kind, options.rounds[kind], {
      postgres,
      cleanup,
      port: await freePort(),
      masterKeys: generateMasterKey(),
      bootstrapKey: randomSecret(),
      logFile: join(directory, `${kind}.log`),
      seed: options.seed,
      latestStrikeMs: options.latestStrikeMs,
      tell: (round) => console.log(roundLine(round)),
    });
    results.push(result);
  }
  const failures = results.flatMap(failuresOf);
  console.log(`\n${report(results)}\n`);
  for (const failure of failures) console.log(`FAILED  ${failure}`);
  const verdict = failures.length === 0 ? 'passed' : 'failed';
  console.log(`${verdict} in ${Math.round((performance.now() - started) / 1000)} s with seed ${options.seed}`);
  return failures.length === 0;
}

async function run(): Promise<number> {
  let options: Options;
  try {
    options = readOptions(process.argv.slice(2));
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error(usage);
    return 2;
  }
  const cleanup = new Cleanup();
  const interrupted = (signal: NodeJS.Signals): void => {
    console.error(`${signal}: cleaning up`);
    void cleanup.run().then(() => process.exit(130));
  };
  process.once('SIGINT', interrupted);
  process.once('SIGTERM', interrupted);
  try {
    return (await main(options, cleanup)) ? 0 : 1;
  } catch (error) {
    console.error(`the run with seed ${options.seed} broke off:`, error);
    return 1;
  } finally {
    await cleanup.run();
  }
}

process.exit(await run());
