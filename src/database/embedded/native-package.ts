import { chmod, cp, lstat, readdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { type Placement } from './placement.js';
import { canReach } from './server-user.js';
import { systemCode, unlessMissing } from './system-error.js';

/** A library's other name; both paths count from the package's root. */
interface LibraryLink {
  readonly source: string;
  readonly target: string;
}

const COPY = 'binaries-';

/**
 * Makes the `native` directory of the npm package runnable and gives the directory to run from.
 *
 * npm cannot ship symlinks, so the package creates the libraries' in an install script; where scripts are blocked
 * (--ignore-scripts, npm 12) we create them. When node_modules is read-only, or closed to the server's user, everything
 * is copied once to the placement's root.
 */
export async function prepareNative(native: string, placement: Placement): Promise<string> {
  if (await canReach(placement.user, join(native, 'bin'))) {
    try {
      await createLinks(native);
      return native;
    } catch (error) {
      if (!isReadOnly(error)) throw error;
    }
  }
  return copyOf(native, placement.root);
}

async function copyOf(native: string, root: string): Promise<string> {
  const copy = join(root, `${COPY}${await packageVersion(native)}`);
  if ((await unlessMissing(lstat(copy))) !== undefined) return copy;

  // Older versions and what a killed start left; we hold the lock and no server runs, so nobody needs them.
  for (const name of await readdir(root)) {
    if (name.startsWith(COPY)) await rm(join(root, name), { recursive: true, force: true });
  }
  const unfinished = `${copy}.unfinished`;
  await cp(native, unfinished, { recursive: true, verbatimSymlinks: true });
  await createLinks(unfinished);
  await openToAll(unfinished);
  await rename(unfinished, copy);
  return copy;
}

async function createLinks(native: string): Promise<void> {
  const text = await unlessMissing(readFile(join(native, 'pg-symlinks.json'), 'utf8'));
  if (text === undefined) return;
  for (const { source, target } of parseLinks(text)) {
    const link = join(native, relative('native', target));
    if ((await unlessMissing(lstat(link))) !== undefined) continue;
    try {
      await symlink(basename(source), link);
    } catch (error) {
      // Another start on this checkout, with another data directory, was faster.
      if (systemCode(error) !== 'EEXIST') throw error;
    }
  }
}

function parseLinks(text: string): readonly LibraryLink[] {
  const value: unknown = JSON.parse(text);
  return Array.isArray(value) ? value.filter(isLibraryLink) : [];
}

function isLibraryLink(value: unknown): value is LibraryLink {
  if (typeof value !== 'object' || value === null) return false;
  return 'source' in value && typeof value.source === 'string' && 'target' in value && typeof value.target === 'string';
}

async function packageVersion(native: string): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(native, '..', 'package.json'), 'utf8'));
  const known = typeof manifest === 'object' && manifest !== null && 'version' in manifest;
  return known && typeof manifest.version === 'string' ? manifest.version : 'unknown';
}

/** A strict umask, here or at npm install, must not close the copy to the server's user. */
async function openToAll(directory: string): Promise<void> {
  await chmod(directory, 0o755);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    const path = join(directory, entry.name);
    if (entry.isDirectory()) await openToAll(path);
    else if (entry.isFile()) await chmod(path, isProgram(path) ? 0o755 : 0o644);
  }
}

function isProgram(path: string): boolean {
  return basename(dirname(path)) === 'bin';
}

function isReadOnly(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EROFS'].includes(systemCode(error) ?? '');
}
