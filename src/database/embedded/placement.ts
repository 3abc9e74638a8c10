import { constants } from 'node:fs';
import { access, chmod, lstat, mkdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { canReach, chooseServerUser, type ServerUser } from './server-user.js';
import { systemCode, unlessMissing } from './system-error.js';

/** Where data goes that must lie outside the project; only root ever comes here. */
const OUTSIDE = '/var/lib/liaison';

/** In the project: names the directory outside. In that directory: names the project it belongs to. */
const POINTER = 'moved-to';
const BACK_POINTER = 'belongs-to';

/** Where the files of one embedded server lie. */
export interface Placement {
  /** `<data dir>/postgres`: the lock, the URL, the port and the log. */
  readonly home: string;
  /** Holds `cluster` and, if they had to be copied, the binaries. The home, or a directory outside the project. */
  readonly root: string;
  readonly user: ServerUser;
}

/** The embedded server's own directory in a data directory. */
export function homeOf(dataDir: string): string {
  return join(resolve(dataDir), 'postgres');
}

/** Creates the home, so that it can hold the lock; gives its real path, as Postgres is started from elsewhere. */
export async function createHome(dataDir: string): Promise<string> {
  const home = homeOf(dataDir);
  try {
    await mkdir(home, { recursive: true });
    await access(home, constants.W_OK);
    return await realpath(home);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `The embedded database needs to write to ${home} (${systemCode(error) ?? String(error)}). ` +
        'Give this user that right, set LIAISON_DATA_DIR to another directory, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/**
 * Decides where the cluster lies and who runs it; to be called by the owner of the lock only.
 *
 * That is the home, unless we are root, the project is closed to the user the server runs as (a 0700 home directory: no
 * capability helps, initdb asks access(2)), and there is no cluster yet. Then it is a directory outside, noted in the home.
 */
export async function placeCluster(home: string): Promise<Placement> {
  const pointer = await unlessMissing(readFile(join(home, POINTER), 'utf8'));
  if (pointer !== undefined) return placedOutside(home, pointer.trim());

  const here = await unlessMissing(lstat(join(home, 'cluster')));
  const user = chooseServerUser(here);
  if (await canReach(user, home)) return { home, root: home, user };
  if (here !== undefined && user !== undefined) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `The embedded database in ${home} belongs to user ${user.uid}, who can no longer reach that directory. ` +
        'Open the directories above it to that user (chmod o+x), or set DATABASE_URL.',
    );
  }
  const root = join(OUTSIDE, fingerprint(home));
  await createOutside(root);
  await writeFile(join(home, POINTER), `${root}\n`);
  return placedOutside(home, root);
}

async function placedOutside(home: string, root: string): Promise<Placement> {
  if (process.getuid?.() !== 0) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `The embedded database of ${home} was created by root in ${root}. ` +
        'Run Liaison as root again, choose another LIAISON_DATA_DIR, or set DATABASE_URL.',
    );
  }
  await createOutside(root);
  const owner = (await unlessMissing(readFile(join(root, BACK_POINTER), 'utf8')))?.trim();
  if (owner !== undefined && owner !== home && (await pointsTo(owner, root))) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-data-elsewhere',
      `${home} is a copy: the database in ${root} belongs to ${owner}. ` +
        `Delete ${join(home, POINTER)} to start with an empty database.`,
    );
  }
  // Also after the project was moved: then nothing points here from the old place.
  if (owner !== home) await writeFile(join(root, BACK_POINTER), `${home}\n`);
  const cluster = await unlessMissing(stat(join(root, 'cluster')));
  return { home, root, user: chooseServerUser(cluster) };
}

async function pointsTo(home: string, root: string): Promise<boolean> {
  return (await unlessMissing(readFile(join(home, POINTER), 'utf8')))?.trim() === root;
}

async function createOutside(root: string): Promise<void> {
  try {
    // A strict umask must not close what exists to be open.
    if ((await mkdir(OUTSIDE, { recursive: true })) !== undefined) await chmod(OUTSIDE, 0o755);
    await mkdir(root, { recursive: true });
    await chmod(root, 0o755);
  } catch (error) {
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `As root the embedded database needs a directory that other users can reach, and ${root} cannot be created. ` +
        'Set LIAISON_DATA_DIR to a directory below world-traversable ones, run as an ordinary user, or set DATABASE_URL.',
      { cause: error },
    );
  }
}

/** FNV-1a over 64 bits: the same project finds the same directory again; it need not resist anybody. */
function fingerprint(text: string): string {
  let hash = 0xcbf29ce484222325n;
  for (const byte of Buffer.from(text)) {
    hash = BigInt.asUintN(64, (hash ^ BigInt(byte)) * 0x100000001b3n);
  }
  return hash.toString(16).padStart(16, '0');
}
