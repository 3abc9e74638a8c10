import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';

export interface RelayedCall {
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A host before another one: it knows what passed, and can change or lose answers. */
export class Relay {
  readonly calls: RelayedCall[] = [];
  /** What becomes of a JSON answer. */
  change: (path: string, answer: Readonly<Record<string, unknown>>) => object = (_path, answer) => answer;
  /** Cuts the line after the other host has handled a call of this path. */
  losesAnswersOf: string | undefined;
  #server: Server | undefined;
  #port = 0;

  private constructor(private readonly target: string) {}

  static async start(target: string): Promise<Relay> {
    const relay = new Relay(target);
    const server = createServer((request, response) => void relay.#serve(request, response));
    relay.#server = server;
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP has such an address.
    relay.#port = (server.address() as AddressInfo).port;
    return relay;
  }

  get host(): string {
    return `127.0.0.1:${this.#port}`;
  }

  get url(): string {
    return `http://${this.host}`;
  }

  count(path: string): number {
    return this.calls.filter((call) => call.path === path).length;
  }

  async stop(): Promise<void> {
    const server = this.#server;
    server?.closeAllConnections();
    await new Promise<void>((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const parts: Buffer[] = [];
    for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
    const body = Buffer.concat(parts).toString('utf8');
    const url = new URL(request.url ?? '/', this.target);
    this.calls.push({ path: url.pathname, headers: request.headers, body });
    const { authorization = '', 'content-type': type = '' } = request.headers;
    const answer = await fetch(url, {
      method: request.method ?? 'GET',
      headers: { ...(authorization === '' ? {} : { authorization }), ...(type === '' ? {} : { 'content-type': type }) },
      redirect: 'manual',
      ...(body === '' ? {} : { body }),
    });
    const text = await answer.text();
    if (this.losesAnswersOf === url.pathname) {
      request.socket.destroy();
      return;
    }
    const isJson = answer.headers.get('content-type')?.includes('json') === true;
    const location = answer.headers.get('location');
    response.writeHead(answer.status, {
      ...(isJson ? { 'content-type': 'application/json' } : {}),
      ...(location === null ? {} : { location }),
    });
    // An object, as all JSON answers of the platforms behind it are.
    response.end(
      isJson ? JSON.stringify(this.change(url.pathname, JSON.parse(text) as Record<string, unknown>)) : text,
    );
  }
}
