import { type ChildProcess, spawn } from 'node:child_process';
import { Socket } from 'node:net';
import { explainDrop, type ServerUser, spawnOptions } from './server-user.js';

/**
 * Runs a program and interrupts it when our end of the pipe closes, which the kernel does however we die.
 *
 * The program and the watcher are two children of the shell, so the shell ends with the program's own status, and even a
 * kill of the shell leaves the watcher at its post.
 */
const GUARD = `
exec 3<&0 </dev/null
"$0" "$@" 3<&- &
program=$!
{ read -r _ <&3; kill -INT "$program"; } &
watcher=$!
exec 3<&-
wait "$program"
status=$?
kill "$watcher" 2>/dev/null
exit "$status"
`;

/** A running program that ends with us. */
export interface GuardedProcess {
  /** Settles with the exit status when it has ended; never rejects. */
  readonly exited: Promise<number>;
  /** Asks the program to end (SIGINT). */
  interrupt(): void;
  /** From now on it does not keep our event loop alive; until `interrupt`. */
  background(): void;
}

/**
 * Starts a guarded program with its output going to the file descriptor `output`.
 *
 * It gets a session of its own: a Ctrl-C in the terminal must reach us only, so that we can finish our queries before
 * the server goes. Windows has neither sh nor uids: there the program is started directly, and is not guarded (untested).
 */
export function startGuarded(
  user: ServerUser,
  program: string,
  args: readonly string[],
  output: number,
): Promise<GuardedProcess> {
  const windows = process.platform === 'win32';
  return new Promise((resolve, reject) => {
    try {
      const child = spawn(windows ? program : '/bin/sh', windows ? args : ['-c', GUARD, program, ...args], {
        ...spawnOptions(user),
        detached: !windows,
        windowsHide: true,
        stdio: ['pipe', output, output],
      });
      child.once('error', (error) => reject(asError(explainDrop(user, error))));
      child.once('spawn', () => resolve(guardedProcess(child)));
    } catch (error) {
      // Node throws some refusals (EPERM) at once and emits others.
      reject(asError(explainDrop(user, error)));
    }
  });
}

function guardedProcess(child: ChildProcess): GuardedProcess {
  const { stdin } = child;
  // The program may end before we close the pipe.
  stdin?.on('error', () => undefined);
  return {
    exited: new Promise((resolve) => {
      child.once('exit', (code) => resolve(code ?? -1));
    }),
    interrupt() {
      child.ref();
      if (process.platform === 'win32') child.kill();
      stdin?.end();
    },
    background() {
      child.unref();
      // Node makes a pipe out of a socket, which the declared type does not say.
      if (stdin instanceof Socket) stdin.unref();
    },
  };
}

function asError(value: unknown): Error {
  return value instanceof Error ? value : new Error(String(value));
}
