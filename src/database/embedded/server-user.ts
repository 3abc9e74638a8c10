import { execFile } from 'node:child_process';
import { chown } from 'node:fs/promises';
import { promisify } from 'node:util';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { systemCode } from './system-error.js';

const run = promisify(execFile);

/** `nobody` on every Unix we know; Postgres needs no account of its own, but initdb wants the uid to have a name. */
const NOBODY = 65534;

/** Nothing of our own environment reaches the server, so that a stray PG… or locale variable cannot change it. */
const ENVIRONMENT = { LC_ALL: 'C', PATH: '/usr/bin:/bin' };

/** Whom the server's processes run as; `undefined` means: as ourselves. */
export type ServerUser = { readonly uid: number; readonly gid: number } | undefined;

/**
 * Postgres refuses to run as root, so root hands the server to an ordinary user: the one who owns the data already, else
 * nobody. No account is created. Anybody else, and Windows, runs the server as themselves.
 */
export function chooseServerUser(dataOwner: { readonly uid: number; readonly gid: number } | undefined): ServerUser {
  if (process.getuid?.() !== 0) return undefined;
  return dataOwner === undefined || dataOwner.uid === 0
    ? { uid: NOBODY, gid: NOBODY }
    : { uid: dataOwner.uid, gid: dataOwner.gid };
}

/** The spawn options every process of the server is started with. */
export function spawnOptions(user: ServerUser): {
  env: Record<string, string>;
  cwd: string;
  uid?: number;
  gid?: number;
} {
  // Our own directory may be closed to the server's user.
  return { env: ENVIRONMENT, cwd: '/', ...user };
}

/** Runs a short program as the server's user and gives what it printed; a refusal to change user is explained. */
export async function runAs(user: ServerUser, program: string, args: readonly string[]): Promise<string> {
  try {
    return (await run(program, args, { ...spawnOptions(user), encoding: 'utf8' })).stdout;
  } catch (error) {
    throw explainDrop(user, error);
  }
}

/** Hands a file to the server's user. */
export async function giveTo(user: ServerUser, path: string): Promise<void> {
  if (user === undefined) return;
  try {
    await chown(path, user.uid, user.gid);
  } catch (error) {
    throw explainDrop(user, error);
  }
}

/** Whether the server's user can walk to this directory; asked of the system, which knows of ACLs and mounts too. */
export async function canReach(user: ServerUser, directory: string): Promise<boolean> {
  if (user === undefined) return true;
  try {
    await runAs(user, '/bin/sh', ['-c', 'cd "$0"', directory]);
    return true;
  } catch (error) {
    if (error instanceof EmbeddedPostgresError) throw error;
    return false;
  }
}

/** Turns the EPERM or EINVAL of a root without the right to change user into something an operator can act on. */
export function explainDrop(user: ServerUser, error: unknown): unknown {
  const code = systemCode(error);
  if (user === undefined || (code !== 'EPERM' && code !== 'EINVAL')) return error;
  return new EmbeddedPostgresError(
    'embedded-postgres-cannot-drop-root',
    `Postgres refuses to run as root, and this root may not become user ${user.uid} (${code}). ` +
      'Run Liaison as an ordinary user, or set DATABASE_URL to a Postgres server.',
    { cause: error },
  );
}
