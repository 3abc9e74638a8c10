import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { readCall, type HttpCall } from '../../common/http-exchange.js';
import { type CrmFault } from './crm-double.js';

export interface CrmAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  /** Written as JSON; nothing is written when it is missing. */
  readonly body?: unknown;
}

/** Works on one call, at once and whole. */
export type WorkOn = (call: HttpCall) => CrmAnswer;

/** A loopback server of one double's API, with the faults that tests ask for. */
export class CrmServer {
  readonly calls = { total: 0, writing: 0 };
  readonly #server: Server;
  readonly #ended = new AbortController();
  #faults: { readonly fault: CrmFault; left: number }[] = [];

  private constructor(
    private readonly workOn: WorkOn,
    private readonly isWriting: (call: HttpCall) => boolean,
  ) {
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => request.socket.destroy());
    });
  }

  static async start(workOn: WorkOn, isWriting: (call: HttpCall) => boolean): Promise<CrmServer> {
    const server = new CrmServer(workOn, isWriting);
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve));
    return server;
  }

  get url(): string {
    // A TCP server that listens has an AddressInfo.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  failNext(fault: CrmFault): void {
    this.#faults.push({ fault, left: fault.times ?? 1 });
  }

  calm(): void {
    this.#faults = [];
  }

  /** Ends every connection; a second time does nothing. */
  async close(): Promise<void> {
    this.#ended.abort();
    if (!this.#server.listening) return;
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const call = await readCall(request);
    if (call === undefined) {
      response.writeHead(413).end();
      return;
    }
    this.calls.total += 1;
    if (this.isWriting(call)) this.calls.writing += 1;
    const what = this.#take(call);
    if (what?.kind === 'cut-before') {
      request.socket.resetAndDestroy();
      return;
    }
    if (what?.kind === 'answer') {
      response.writeHead(what.status, what.headers).end(what.body);
      return;
    }
    if (what?.kind === 'late') await this.#wait(what.ms);
    const answer = this.workOn(call);
    if (what?.kind === 'hang-after') await this.#wait(what.ms);
    if (what?.kind === 'cut-after') request.socket.resetAndDestroy();
    else if (!response.destroyed) write(response, answer);
  }

  #wait(ms: number): Promise<void> {
    return pause(ms, undefined, { signal: this.#ended.signal });
  }

  #take({ method, path }: HttpCall): CrmFault['what'] | undefined {
    const met = this.#faults.find(
      ({ fault }) => path.startsWith(fault.path ?? '') && (fault.method ?? method) === method,
    );
    if (met === undefined) return undefined;
    met.left -= 1;
    this.#faults = this.#faults.filter(({ left }) => left > 0);
    return met.fault.what;
  }
}

function write(response: ServerResponse, { status, headers, body }: CrmAnswer): void {
  const type = body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(status, { ...type, ...headers }).end(body === undefined ? undefined : JSON.stringify(body));
}
