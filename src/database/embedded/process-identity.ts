import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { systemCode } from './system-error.js';

/** A process, told apart from every later process that is given the same pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** When it started, in the system's own words; only good for comparing. */
  readonly started: string;
}

/** What the system says about a pid; `unknown` when it exists but may not be looked at. */
type Sighting = { readonly started: string } | 'gone' | 'unknown';

/** Fields of /proc/<pid>/stat counted from the state, which follows the name; see proc(5). */
const STATE_FIELD = 0;
const START_FIELD = 19;
const DEAD_STATES = new Set(['Z', 'X', 'x']);

/** Who we are. */
export function ownIdentity(): ProcessIdentity {
  const seen = sight(process.pid);
  return { pid: process.pid, started: typeof seen === 'object' ? seen.started : '' };
}

/**
 * Whether exactly this process still runs. A zombie counts as dead: PID 1 of a plain container never reaps, and a
 * zombie holds nothing. When the system hides the answer we say yes, because breaking a live lock is the worse mistake.
 */
export function stillRuns(identity: ProcessIdentity): boolean {
  const seen = sight(identity.pid);
  return seen === 'unknown' || (typeof seen === 'object' && seen.started === identity.started);
}

/** Whether a process with this pid lives and was started with exactly this argument, which a reused pid would not have. */
export function runsWithArgument(pid: number, argument: string): boolean {
  if (sight(pid) === 'gone') return false;
  try {
    if (process.platform === 'linux') {
      return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').includes(argument);
    }
    return ps(pid, 'command=').includes(argument);
  } catch {
    return false;
  }
}

/** Whether the pid is taken, be it by a zombie. Postgres believes in a lock file whose pid is taken. */
export function pidIsTaken(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}

function sight(pid: number): Sighting {
  if (!pidIsTaken(pid)) return 'gone';
  try {
    if (process.platform === 'linux') return sightInProc(pid);
    // macOS has ps; Windows has not and falls through to 'unknown' (both untested).
    const [state = '', ...started] = ps(pid, 'state=,lstart=').trim().split(/\s+/);
    return state === '' || state.startsWith('Z') ? 'gone' : { started: started.join(' ') };
  } catch {
    return pidIsTaken(pid) ? 'unknown' : 'gone';
  }
}

function sightInProc(pid: number): Sighting {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name stands in brackets and may itself hold spaces and brackets.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (DEAD_STATES.has(fields[STATE_FIELD] ?? '')) return 'gone';
  // Start times count from boot, so without the boot's id a process of an earlier boot could look the same.
  const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  return { started: `${boot}/${fields[START_FIELD] ?? ''}` };
}

function ps(pid: number, columns: string): string {
  return execFileSync('/bin/ps', ['-o', columns, '-p', String(pid)], {
    encoding: 'utf8',
    env: { LC_ALL: 'C', TZ: 'UTC' },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
}
