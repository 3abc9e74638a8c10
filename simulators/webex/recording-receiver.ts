import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';

export interface ReceivedRequest {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: Readonly<Record<string, unknown>>;
  /** The id of what it tells of. */
  readonly subject: unknown;
}

/** A receiver for tests: records every delivery and answers as it is told to. */
export class RecordingReceiver {
  readonly received: ReceivedRequest[] = [];
  reply: (response: ServerResponse) => void = (response) => void response.writeHead(200).end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RecordingReceiver> {
    const server = createServer();
    const receiver = new RecordingReceiver(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const body = fieldsOf(JSON.parse(raw.toString('utf8')));
        const subject = fieldsOf(body['data'])['id'];
        receiver.received.push({ path: request.url ?? '', headers: request.headers, raw, body, subject });
        receiver.reply(response);
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

  /** `resource/event` of everything that came. */
  get told(): readonly string[] {
    return this.received.map(({ body }) => `${String(body['resource'])}/${String(body['event'])}`);
  }

  /** Answers these statuses, one after the other, and 200 from then on. */
  answerWith(...statuses: readonly number[]): void {
    const left = [...statuses];
    this.reply = (response) => void response.writeHead(left.shift() ?? 200).end();
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function fieldsOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
