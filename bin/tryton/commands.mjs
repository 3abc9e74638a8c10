import { spawnSync } from 'node:child_process';

/** What the command wrote; undefined where it failed or is not there. */
export function said(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  return result.status === 0 ? result.stdout : undefined;
}

/** The same, where a failure is an error. */
export function must(command, args, options = {}) {
  const result = spawnSync(command, args, { encoding: 'utf8', ...options });
  if (result.status === 0) return result.stdout;
  throw new Error(`${command} failed: ${(result.stderr || String(result.error ?? '')).slice(-2_000)}`);
}
