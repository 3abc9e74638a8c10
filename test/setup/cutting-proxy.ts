import { createServer, request, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

/**
 * What happens to a call: `pass` lets it be answered, `after` cuts the connection once the target has done it and answered,
 * `half` in the middle of that answer, `before` without having asked the target; promises keep the call or the answer back until then.
 * A gateway puts a status of its own in the place of the target's answer (`instead`), or turns the call away (`refuse`).
 */
export type Cut =
  | 'pass'
  | 'before'
  | 'after'
  | 'half'
  | { readonly before: Promise<unknown> }
  | { readonly until: Promise<unknown> }
  | { readonly instead: number }
  | { readonly refuse: number; readonly retryAfterSeconds?: number };

export interface SeenCall {
  readonly method: string;
  readonly path: string;
  readonly body: string;
}

/** An HTTP proxy before a platform that loses answers, call by call. */
export class CuttingProxy {
  /** Decides about each call; everything passes where nothing is said. */
  decide: (call: SeenCall) => Cut = () => 'pass';
  /** How many calls lost their answers, and how. */
  readonly cuts = { before: 0, after: 0, half: 0 };
  readonly #server: Server;

  private constructor(private readonly target: URL) {
    this.#server = createServer((incoming, outgoing) => {
      // Where the target cuts the line or is not there, so does the proxy.
      this.#serve(incoming, outgoing).catch(() => incoming.socket.destroy());
    });
  }

  static async start(target: string): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(new URL(target));
    await new Promise<void>((resolve) => proxy.#server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    // A TCP server that listens has an AddressInfo.
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { method = 'GET', url = '/' } = incoming;
    const body = await bytesOf(incoming);
    const cut = this.decide({ method, path: new URL(url, this.target).pathname, body: body.toString() });
    if (typeof cut === 'string' && cut !== 'pass') this.cuts[cut] += 1;
    if (cut === 'before') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (typeof cut !== 'string' && 'before' in cut) await cut.before;
    if (typeof cut !== 'string' && 'refuse' in cut) {
      const { refuse, retryAfterSeconds } = cut;
      outgoing.writeHead(refuse, retryAfterSeconds === undefined ? {} : { 'retry-after': String(retryAfterSeconds) });
      outgoing.end('not now');
      return;
    }
    const answer = await this.#ask(method, url, incoming, body);
    if (cut === 'after') {
      incoming.socket.resetAndDestroy();
      return;
    }
    if (typeof cut !== 'string' && 'until' in cut) await cut.until;
    if (outgoing.destroyed) return;
    if (typeof cut !== 'string' && 'instead' in cut) {
      outgoing.writeHead(cut.instead, { 'content-type': 'text/html' }).end('<html>no answer from upstream</html>');
      return;
    }
    // Its length is announced in full.
    const headers = { ...answer.headers, 'content-length': answer.body.length };
    delete headers['transfer-encoding'];
    outgoing.writeHead(answer.status, headers);
    if (cut !== 'half') outgoing.end(answer.body);
    else outgoing.write(answer.body.subarray(0, answer.body.length / 2), () => incoming.socket.destroy());
  }

  #ask(
    method: string,
    path: string,
    { headers }: IncomingMessage,
    body: Buffer,
  ): Promise<{ status: number; headers: IncomingMessage['headers']; body: Buffer }> {
    return new Promise((resolve, reject) => {
      const call = request(new URL(path, this.target), { method, headers: { ...headers, host: this.target.host } });
      call.on('error', reject);
      call.on('response', (answer) => {
        bytesOf(answer).then(
          (bytes) => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body: bytes }),
          reject,
        );
      });
      call.end(body);
    });
  }
}

async function bytesOf(stream: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stream) parts.push(Buffer.from(part as Uint8Array));
  return Buffer.concat(parts);
}
