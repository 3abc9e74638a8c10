import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/** `pass` forwards, `hang` swallows everything, `reset` answers with a reset, `refuse` does not listen. */
export type Fault = 'pass' | 'hang' | 'reset' | 'refuse';

/** A TCP proxy before a database that a test can break. */
export class FaultProxy {
  /** Bytes that clients have sent through it so far. */
  sent = 0;
  latencyMs = 0;
  #fault: Fault = 'pass';
  #server: Server | undefined;
  #port = 0;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  readonly #hung = new Set<Socket>();

  constructor(private readonly target: URL) {}

  /** Listens and gives the target's URL with the proxy's address in it. */
  async start(): Promise<string> {
    await this.#listen();
    const url = new URL(this.target.href);
    url.hostname = '127.0.0.1';
    url.port = String(this.#port);
    return url.href;
  }

  async become(fault: Fault): Promise<void> {
    this.#fault = fault;
    // A server closes only when its connections have ended.
    if (fault === 'refuse' || fault === 'reset') this.#cutAll();
    if (fault === 'refuse') await this.#unlisten();
    else if (this.#server === undefined) await this.#listen();
    // What was swallowed is lost, so those connections are of no use to anybody.
    if (fault === 'pass') this.#dropHung();
  }

  async stop(): Promise<void> {
    this.#cutAll();
    this.#dropHung();
    await this.#unlisten();
  }

  #listen(): Promise<void> {
    const server = createServer((client) => this.#accept(client));
    this.#server = server;
    return new Promise((resolve) =>
      server.listen(this.#port, '127.0.0.1', () => {
        this.#port = (server.address() as AddressInfo).port;
        resolve();
      }),
    );
  }

  #unlisten(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    return new Promise((resolve) => (server === undefined ? resolve() : server.close(() => resolve())));
  }

  #accept(client: Socket): void {
    client.on('error', () => undefined);
    if (this.#fault === 'reset') {
      client.resetAndDestroy();
      return;
    }
    const server = connect(Number(this.target.port || 5432), this.target.hostname);
    server.on('error', () => client.destroy());
    const pair = [client, server] as const;
    this.#pairs.add(pair);
    client.on('data', (data) => {
      this.sent += data.length;
      this.#forward(client, server, data);
    });
    server.on('data', (data) => this.#forward(server, client, data));
    for (const [one, other] of [pair, [server, client] as const]) {
      one.on('close', () => {
        other.destroy();
        this.#pairs.delete(pair);
      });
    }
  }

  #forward(from: Socket, to: Socket, data: Buffer): void {
    if (this.#fault === 'hang') {
      this.#hung.add(from);
      return;
    }
    if (this.latencyMs === 0) to.write(data);
    else setTimeout(() => to.destroyed || to.write(data), this.latencyMs);
  }

  #cutAll(): void {
    for (const [client, server] of this.#pairs) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.#pairs.clear();
  }

  #dropHung(): void {
    for (const socket of this.#hung) socket.destroy();
    this.#hung.clear();
  }
}
