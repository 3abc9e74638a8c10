import { open, readFile, rename, type FileHandle } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from './system-error.js';

const LOG = 'server.log';
const TAIL_LINES = 6;

/**
 * Opens a fresh log for the server's own words; the one of the last run is kept beside it.
 *
 * It is a file and not a pipe, so that the server can still write when its owner was killed.
 */
export async function openLog(home: string): Promise<FileHandle> {
  const file = join(home, LOG);
  await unlessMissing(rename(file, `${file}.1`));
  return open(file, 'a', 0o600);
}

/** The last lines of the log, for an error message; the server is told to log no statements, so they hold no data. */
export async function tailOf(home: string): Promise<string> {
  const text = (await unlessMissing(readFile(join(home, LOG), 'utf8'))) ?? '';
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.slice(-TAIL_LINES).join(' | ');
}
