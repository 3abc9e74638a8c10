import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SimulatorClock } from '../common/clock.js';
import { type HttpAnswer, readCall, writeAnswer } from '../common/http-exchange.js';
import { type Api } from './api.js';
import { CallLog } from './call-log.js';
import { errorAnswer } from './error-answer.js';
import { failureAnswer, type HtmlAnswer, PlannedFailures } from './planned-failures.js';

/** Serves the API on loopback: counts calls, lets planned failures happen, and gives every answer a tracking id. */
export class ApiServer {
  readonly calls = new CallLog();
  readonly failures = new PlannedFailures();
  readonly #server: Server;
  readonly #stopping = new AbortController();

  constructor(
    private readonly api: Api,
    private readonly clock: SimulatorClock,
  ) {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('The simulator has stopped.');
    return `http://127.0.0.1:${address.port}`;
  }

  async listen(port: number): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(port, '127.0.0.1', resolve);
    });
  }

  /** Ends calls that hang. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const trackingId = `ROUTER_${randomUUID()}`;
    response.setHeader('trackingid', trackingId);
    try {
      await this.#answer(request, response, trackingId);
    } catch {
      if (response.headersSent || response.destroyed) response.destroy();
      else writeAnswer(response, errorAnswer(500, 'Something unexpected went wrong.', trackingId));
    }
  }

  async #answer(request: IncomingMessage, response: ServerResponse, trackingId: string): Promise<void> {
    const call = await readCall(request);
    if (call === undefined) {
      const answer = errorAnswer(413, 'The body is too large.', trackingId);
      writeAnswer(response, { ...answer, headers: { Connection: 'close' } });
      return;
    }
    const { method, path, query } = call;
    this.calls.record({ method, path, query: query.toString(), at: this.clock.now() });
    const failure = this.failures.take(call);
    const answer =
      failure?.status === undefined
        ? this.api.answer(call, trackingId)
        : failureAnswer(failure, failure.status, trackingId);
    if (failure?.hangMs !== undefined) await this.#hang(failure.hangMs, response);
    if (!response.destroyed) write(response, answer);
  }

  async #hang(ms: number, response: ServerResponse): Promise<void> {
    if (Number.isFinite(ms)) await sleep(ms, undefined, { signal: this.#stopping.signal });
    else await new Promise<void>((resolve) => response.once('close', () => resolve()));
  }
}

function write(response: ServerResponse, answer: HttpAnswer | HtmlAnswer): void {
  if ('html' in answer) {
    response.writeHead(answer.status, { 'Content-Type': 'text/html', ...answer.headers }).end(answer.html);
  } else {
    writeAnswer(response, answer);
  }
}
