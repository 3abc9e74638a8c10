import { Agent, type IncomingMessage, request } from 'node:http';
import { type Body } from './bodies.js';

/** What became of one call, as far as its sender can tell. */
export type Answer =
  | { readonly outcome: 'ok'; readonly ms: number }
  | { readonly outcome: 'refused'; readonly ms: number; readonly status: number; readonly retryAfter: boolean }
  /** The connection broke or nothing came in time: it may be stored or not. */
  | { readonly outcome: 'unknown'; readonly ms: number };

const patienceMs = 10_000;

/** One keep-alive connection to the service, opened again whenever it breaks. */
export class Sender {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor(private readonly origin: string) {}

  /** Sends one call; never rejects. */
  send(body: Body, tries: number): Promise<Answer> {
    const started = performance.now();
    return new Promise((resolve) => {
      let answer: Answer | undefined;
      const call = request(new URL(body.path, this.origin), {
        method: 'POST',
        agent: this.#agent,
        headers: {
          'content-type': 'application/json;charset=UTF-8',
          'content-length': body.bytes.length,
          'x-outbound-token': body.token,
          'x-outbound-retry-count': tries,
        },
      });
      // Of the whole call: a socket's own timeout would begin anew with every byte.
      const timer = setTimeout(() => call.destroy(), patienceMs);
      call.once('response', (response) => {
        // The status line is the promise: a connection that breaks behind it takes nothing back.
        answer = read(response, performance.now() - started);
        response.on('error', () => undefined);
        response.resume();
      });
      // What matters of an error is that there is no answer, and `close` follows it.
      call.on('error', () => undefined);
      call.once('close', () => {
        clearTimeout(timer);
        resolve(answer ?? { outcome: 'unknown', ms: performance.now() - started });
      });
      call.end(body.bytes);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}

function read(response: IncomingMessage, ms: number): Answer {
  const status = response.statusCode ?? 0;
  if (status === 200) return { outcome: 'ok', ms };
  return { outcome: 'refused', ms, status, retryAfter: response.headers['retry-after'] !== undefined };
}
