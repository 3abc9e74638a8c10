import { fork, type ChildProcess } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const program = fileURLToPath(new URL('../../dist/test/processes/token-process.js', import.meta.url));

/** What a process is asked: tokens of a grant or of a connection's app, for so many callers at once. */
export interface TokenQuestion {
  readonly id: number;
  readonly callers: number;
  readonly grantId?: string;
  readonly connectionId?: string;
}

export interface TokenAnswer {
  readonly id: number;
  readonly tokens: readonly string[];
  /** The names of the errors that callers got. */
  readonly refusals: readonly string[];
}

/** The service as a process of its own that can be asked for tokens, and killed. */
export class TokenProcess {
  #asked = 0;

  private constructor(private readonly child: ChildProcess) {}

  /** Resolves when it is ready; `environment` is all that it gets. */
  static async start(environment: Readonly<Record<string, string>>): Promise<TokenProcess> {
    const child = fork(program, {
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], PORT: '0', LIAISON_ROLE: 'api', ...environment },
      execArgv: [],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`the process ended with ${String(code)} before it was ready`)));
    });
    return new TokenProcess(child);
  }

  ask(question: Omit<TokenQuestion, 'id'>): Promise<TokenAnswer> {
    const id = ++this.#asked;
    return new Promise((resolve, reject) => {
      const gone = (): void => reject(new Error('the process is gone'));
      const heard = (message: unknown): void => {
        // The program answers nothing else.
        const answer = message as TokenAnswer;
        if (answer.id !== id) return;
        this.child.off('message', heard);
        this.child.off('exit', gone);
        resolve(answer);
      };
      this.child.on('message', heard);
      this.child.once('exit', gone);
      this.child.send({ ...question, id });
    });
  }

  /** Ends it at once, as a power cut would. */
  async kill(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = new Promise<void>((resolve) => this.child.once('exit', () => resolve()));
    this.child.kill('SIGKILL');
    await ended;
  }
}
