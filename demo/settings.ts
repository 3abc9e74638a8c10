import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfig, type Config } from '../src/common/config/config.js';
import { randomSecret } from '../src/common/security/random.js';
import { type CleanUp } from './clean-up.js';
import { isFree } from './port.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** What a run of the demo is made with. */
export interface DemoSettings {
  readonly config: Config;
  /** The port that was asked for, where another program has it. */
  readonly takenPort: number | undefined;
  readonly key: string;
  /** The key as a shell should be given it: one that the operator chose is not printed. */
  readonly keyForShell: string;
}

/**
 * The service's own settings, read from the environment like the service reads them, with what makes a demo: a key of
 * its own, logs that keep quiet, leave to call the doubles, and a database that is gone afterwards unless the environment
 * names another.
 */
export async function demoSettings(
  environment: Environment,
  calledHosts: readonly string[],
  cleanUp: CleanUp,
): Promise<DemoSettings> {
  const given = (name: string): string | undefined => (environment[name] === '' ? undefined : environment[name]);
  const chosenKey = given('LIAISON_BOOTSTRAP_KEY');
  const key = chosenKey ?? `demo-${randomSecret(12)}`;
  const keepsData = given('DATABASE_URL') !== undefined || given('LIAISON_DATA_DIR') !== undefined;
  const config = readConfig({
    ...environment,
    LIAISON_BOOTSTRAP_KEY: key,
    LIAISON_LOG_LEVEL: given('LIAISON_LOG_LEVEL') ?? 'warn',
    LIAISON_ROLE: 'all',
    // The platforms of the story live on loopback, and call and are called there.
    LIAISON_PUBLIC_URL: undefined,
    LIAISON_OUTBOUND_ALLOW: [given('LIAISON_OUTBOUND_ALLOW') ?? [], calledHosts].flat().join(','),
    LIAISON_CONNECTIONS_FILE: undefined,
    ...(keepsData ? {} : { LIAISON_DATA_DIR: await temporaryDirectory(cleanUp) }),
  });
  const free = await isFree(config.port, config.host);
  return {
    config: free ? config : { ...config, port: 0 },
    takenPort: free ? undefined : config.port,
    key,
    keyForShell: chosenKey === undefined ? key : '$LIAISON_BOOTSTRAP_KEY',
  };
}

async function temporaryDirectory(cleanUp: CleanUp): Promise<string> {
  // Root's Postgres runs as another user, who must be able to walk to its files: no private TMPDIR, and not only for us.
  const isRoot = process.getuid?.() === 0;
  const directory = await mkdtemp(join(isRoot ? '/tmp' : tmpdir(), 'liaison-demo-'));
  cleanUp.add(() => rm(directory, { recursive: true, force: true, maxRetries: 3 }));
  if (isRoot) await chmod(directory, 0o711);
  return directory;
}
