import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../bin/liaison.mjs', import.meta.url));

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command line in a process of its own, as a user would; the environment is only what is given. */
export async function liaison(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  input = '',
): Promise<Finished> {
  const child = spawn(process.execPath, [program, ...args], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], ...environment },
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  child.stdin.end(input);
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  return { code, stdout, stderr };
}

export interface ServedProcess {
  readonly url: string;
  readonly pid: number;
  /** Sends a signal and resolves with the exit code once the process has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
}

/** Starts `liaison serve` as a process and waits until it says that it is ready. */
export async function serveProcess(environment: Readonly<Record<string, string>>): Promise<ServedProcess> {
  const child = spawn(process.execPath, [program, 'serve'], {
    env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const ended = new Promise<number | null>((resolve) => child.on('close', resolve));
  const url = await new Promise<string>((resolve, reject) => {
    let text = '';
    child.stdout.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      const ready = text.split('\n').find((line) => line.includes('"msg":"ready"'));
      const found = ready === undefined ? undefined : /"url":"([^"]+)"/.exec(ready)?.[1];
      if (found !== undefined) resolve(found);
    });
    void ended.then((code) => reject(new Error(`serve ended with ${String(code)} before it was ready:\n${text}`)));
  });
  return {
    url,
    pid: child.pid ?? 0,
    end: async (signal) => {
      child.kill(signal);
      return ended;
    },
  };
}
