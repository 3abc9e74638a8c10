import { readFile } from 'node:fs/promises';

/** The secret that a reference names: an environment variable or a file, whose last line break is not part of it. */
export async function readSecretReference(
  variable: string | undefined,
  path: string | undefined,
): Promise<string | undefined> {
  const text =
    variable !== undefined
      ? process.env[variable]
      : path !== undefined
        ? await readFile(path, 'utf8').catch(() => undefined)
        : undefined;
  const secret = text?.replace(/\r?\n$/, '');
  return secret === '' ? undefined : secret;
}
