import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { systemCode, unlessMissing } from './system-error.js';

/** Where the owner leaves the URL of its server; it holds the password, so only its own user may read it. */
export function urlFile(home: string): string {
  return join(home, 'url');
}

/** Writes the URL, whole or not at all. */
export async function writeUrl(home: string, url: string): Promise<void> {
  const draft = `${urlFile(home)}.new`;
  // A killed owner's draft could have been made by another user.
  await rm(draft, { force: true });
  await writeFile(draft, url, { mode: 0o600 });
  await rename(draft, urlFile(home));
}

/** Reads the URL; `undefined` if no server is ready. */
export async function readUrl(home: string): Promise<string | undefined> {
  try {
    return await unlessMissing(readFile(urlFile(home), 'utf8'));
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
    throw new EmbeddedPostgresError(
      'embedded-postgres-not-permitted',
      `Another user runs the embedded database of ${home}, and ${urlFile(home)} is theirs alone. ` +
        'Run Liaison as that user, choose another LIAISON_DATA_DIR, or set DATABASE_URL.',
      { cause: error },
    );
  }
}
