import { lstat, mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomSecret } from '../../common/security/random.js';
import { type Binaries } from './binaries.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { startGuarded } from './guarded-process.js';
import { type Placement } from './placement.js';
import { openLog, tailOf } from './server-log.js';
import { giveTo } from './server-user.js';
import { systemCode, unlessMissing } from './system-error.js';

/** Name of the bootstrap superuser; nothing but the set-up of the database uses it. */
export const SUPERUSER = 'postgres';

/** A finished cluster. The directory holds both parts, so that one rename publishes them together. */
export interface Cluster {
  readonly dataDir: string;
  readonly password: string;
}

const UNFINISHED = 'cluster.unfinished.';

/** The server's data directory of a placement, finished or not. */
export function dataDirOf(root: string): string {
  return join(root, 'cluster', 'data');
}

/** Reads the password of a finished cluster; `undefined` if there is no cluster. */
export async function readCluster(root: string): Promise<Cluster | undefined> {
  try {
    const password = await unlessMissing(readFile(join(root, 'cluster', 'password'), 'utf8'));
    return password === undefined ? undefined : { dataDir: dataDirOf(root), password: password.trim() };
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `The embedded database in ${root} belongs to another user. ` +
        'Run Liaison as the user who created it, choose another LIAISON_DATA_DIR, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/** Fails, having touched nothing, unless the cluster was made by the same major version of Postgres. */
export async function requireSameMajor(cluster: Cluster, binaries: Binaries): Promise<void> {
  const major = Number(await readFile(join(cluster.dataDir, 'PG_VERSION'), 'utf8'));
  if (major === binaries.major) return;
  throw new EmbeddedPostgresError(
    'embedded-postgres-major-mismatch',
    `The embedded database in ${cluster.dataDir} was made by Postgres ${major}, but the programs found are ` +
      `Postgres ${binaries.major} (${binaries.postgres}). Nothing was changed. Set LIAISON_PG_BIN to the programs of ` +
      `Postgres ${major}, or dump the data with them, move the directory away and start again.`,
  );
}

/**
 * Creates the cluster: all of it or, after a kill at any moment, none of it.
 *
 * initdb writes PG_VERSION early, so its presence proves nothing; it works in a directory of its own that is renamed when
 * it is finished and on disk. What killed attempts left is removed first.
 */
export async function createCluster(placement: Placement, binaries: Binaries, durable: boolean): Promise<Cluster> {
  const { root, user, home } = placement;
  await removeUnfinished(root);
  const directory = join(root, `${UNFINISHED}${randomSecret(6)}`);
  const passwordFile = join(directory, 'password');
  const password = randomSecret();
  await mkdir(directory, { mode: 0o700 });
  await giveTo(user, directory);
  await writeFile(passwordFile, password, { mode: 0o600 });
  await giveTo(user, passwordFile);

  const data = join(directory, 'data');
  const log = await openLog(home);
  try {
    const initdb = async (...args: string[]): Promise<void> => {
      const { exited } = await startGuarded(user, binaries.initdb, ['-D', data, ...args], log.fd);
      if ((await exited) !== 0) throw await initFailed(home);
    };
    await initdb('-U', SUPERUSER, '-A', 'scram-sha-256', `--pwfile=${passwordFile}`, ...locale(binaries), '--no-sync');
    // One pass at the end instead of a sync per file; without it a power cut within half a minute loses the cluster,
    // and every delivery that was acknowledged on top of it.
    if (durable) await initdb('--sync-only');
  } finally {
    await log.close();
  }
  if (durable) for (const path of [passwordFile, directory]) await sync(path);
  await rename(directory, join(root, 'cluster'));
  if (durable) await sync(root);
  return { dataDir: dataDirOf(root), password };
}

/** The same collation everywhere: by code point, with no library of the system involved where the version allows it. */
function locale(binaries: Binaries): readonly string[] {
  // The C library's own C.UTF-8 is there on Linux; elsewhere (untested) only the builtin provider knows it.
  const system = process.platform === 'linux' ? 'C.UTF-8' : 'C';
  const provider = binaries.major >= 17 ? ['--locale-provider=builtin', '--builtin-locale=C.UTF-8'] : [];
  return ['-E', 'UTF8', ...provider, `--locale=${system}`];
}

async function initFailed(home: string): Promise<EmbeddedPostgresError> {
  return new EmbeddedPostgresError(
    'embedded-postgres-init-failed',
    `The embedded database could not be created: ${await tailOf(home)} ` +
      'Remove the cause, or set DATABASE_URL to a Postgres server.',
  );
}

async function removeUnfinished(root: string): Promise<void> {
  for (const name of await readdir(root)) {
    if (!name.startsWith(UNFINISHED)) continue;
    // The initdb of an owner that was killed a moment ago may still be tidying up; the next first start tries again.
    await rm(join(root, name), { recursive: true, force: true, maxRetries: 3 }).catch(() => undefined);
  }
}

async function sync(path: string): Promise<void> {
  // Windows cannot open a directory for that.
  if (process.platform === 'win32' && (await lstat(path)).isDirectory()) return;
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
