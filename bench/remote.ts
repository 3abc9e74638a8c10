import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

interface Call {
  readonly id: number;
  readonly name: string;
  readonly input: unknown;
}

type Answer =
  | { readonly id: number; readonly ok: true; readonly output: unknown }
  | { readonly id: number; readonly ok: false; readonly error: string };

type InputOf<F> = F extends (input: infer Input) => unknown ? Input : never;
type OutputOf<F> = F extends (input: never) => Promise<infer Output> ? Output : never;

const exitWithinMs = 5_000;

/** A child process that answers the calls of `Api`, one interface on both sides. */
export class RemoteProcess<Api extends object> {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (output: unknown) => void; reject: (error: Error) => void }>();
  #lastId = 0;

  /** `file` is the built name of a module beside this one; it calls `answerCalls`. */
  constructor(file: string) {
    this.#child = fork(fileURLToPath(new URL(file, import.meta.url)), [], {
      // Its output goes to our standard error: standard output is for the report.
      stdio: ['ignore', 2, 2, 'ipc'],
      // As deployed; Express looks at this.
      env: { ...process.env, NODE_ENV: 'production' },
    });
    this.#child.on('message', (message) => {
      // Only `answerCalls` writes to this channel.
      const answer = message as Answer;
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.output);
      else waiting?.reject(new Error(`${file}: ${answer.error}`));
    });
    this.#child.on('exit', (code, signal) => {
      const error = new Error(`${file} ended (${signal ?? String(code)})`);
      for (const waiting of this.#waiting.values()) waiting.reject(error);
      this.#waiting.clear();
    });
  }

  call<Name extends keyof Api & string>(name: Name, input: InputOf<Api[Name]>): Promise<OutputOf<Api[Name]>> {
    const id = ++this.#lastId;
    const answered = new Promise<unknown>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#child.send({ id, name, input } satisfies Call, (error) => {
        if (error !== null) reject(error);
      });
    });
    // The child answers with what the function of that name gave.
    return answered as Promise<OutputOf<Api[Name]>>;
  }

  /** Ends the process, by force when it does not end by itself. */
  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    if (this.#child.connected) this.#child.disconnect();
    const impatience = setTimeout(() => this.#child.kill('SIGKILL'), exitWithinMs);
    await ended;
    clearTimeout(impatience);
  }
}

/** The child's side: answers calls with these functions until the parent lets go, then ends. */
export function answerCalls(api: object): void {
  // `RemoteProcess` makes sure that each function gets its own input.
  const functions = new Map(Object.entries(api as Record<string, (input: unknown) => Promise<unknown>>));
  process.on('message', (message) => {
    const { id, name, input } = message as Call;
    const work = functions.get(name)?.(input) ?? Promise.reject(new Error(`there is no call "${name}"`));
    work.then(
      (output) => process.send?.({ id, ok: true, output } satisfies Answer),
      (error: unknown) => {
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.send?.({ id, ok: false, error: text } satisfies Answer);
      },
    );
  });
  process.on('disconnect', () => process.exit());
}
