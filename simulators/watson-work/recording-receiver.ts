import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import { webhookSignature } from './webhook-signature.js';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: Readonly<Record<string, unknown>>;
}

type Reply = (request: ReceivedRequest, response: ServerResponse) => void;

/** A receiver for tests: proves itself when challenged, records every event, and answers as it is told to. */
export class RecordingReceiver {
  readonly challenges: ReceivedRequest[] = [];
  readonly events: ReceivedRequest[] = [];
  secret = 'testwsecret';
  onEvent: Reply = (_request, response) => void response.writeHead(200).end();
  onChallenge: Reply = (request, response) => {
    const body = JSON.stringify({ response: request.body['challenge'] });
    const token = webhookSignature(this.secret, Buffer.from(body, 'utf8'));
    response.writeHead(200, { 'X-OUTBOUND-TOKEN': token }).end(body);
  };

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RecordingReceiver> {
    const server = createServer();
    const receiver = new RecordingReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        receiver.#take({ path: request.url ?? '', headers: request.headers, raw, body: parsed(raw) }, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The receiver has stopped.');
    return `http://127.0.0.1:${address.port}/hook`;
  }

  get types(): readonly unknown[] {
    return this.events.map(({ body }) => body['type']);
  }

  answerWith(...statuses: readonly number[]): void {
    const left = [...statuses];
    this.onEvent = (_request, response) => void response.writeHead(left.shift() ?? 200).end();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }

  #take(request: ReceivedRequest, response: ServerResponse): void {
    const challenge = request.body['type'] === 'verification';
    (challenge ? this.challenges : this.events).push(request);
    (challenge ? this.onChallenge : this.onEvent)(request, response);
  }
}

function parsed(raw: Buffer): Readonly<Record<string, unknown>> {
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    return typeof value === 'object' && value !== null ? { ...value } : {};
  } catch {
    return {};
  }
}
