import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';

export interface ReceivedCall {
  /** Path and query as they stood on the wire. */
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
  readonly raw: Buffer;
  readonly body: ReceivedBody;
}

/** What tests look at in a body. */
export interface ReceivedBody {
  readonly _links?: Readonly<Record<string, { readonly href: string }>>;
  readonly sender?: readonly ReceivedSender[];
  readonly baseuri?: string;
}

export interface ReceivedSender {
  readonly rel: string;
  readonly href: string;
  readonly events: readonly ReceivedEvent[];
}

export interface ReceivedEvent {
  readonly link: { readonly rel: string; readonly href: string; readonly title?: string };
  readonly in?: { readonly rel: string; readonly href: string };
  readonly type: string;
  readonly status?: string;
  readonly reason?: Readonly<Record<string, unknown>>;
  readonly _embedded?: Readonly<Record<string, ReceivedResource>>;
}

export interface ReceivedResource {
  readonly _links: Readonly<Record<string, { readonly href: string }>>;
  readonly [member: string]: unknown;
}

/** An app's callback for tests: records every call and answers as it is told to. */
export class RecordingCallback {
  readonly calls: ReceivedCall[] = [];
  onCall: (call: ReceivedCall, response: ServerResponse) => void = (_call, response) =>
    void response.writeHead(200).end();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<RecordingCallback> {
    const server = createServer();
    const callback = new RecordingCallback(server);
    server.on('request', (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const raw = Buffer.concat(chunks);
        const call = { target: request.url ?? '', headers: request.headers, raw, body: parsed(raw) };
        callback.calls.push(call);
        callback.onCall(call, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return callback;
  }

  get url(): string {
    const address = this.server.address();
    if (address === null || typeof address === 'string') throw new Error('The callback has stopped.');
    return `http://127.0.0.1:${address.port}/callback`;
  }

  /** All events of all calls, in order. */
  get events(): readonly ReceivedEvent[] {
    return this.calls.flatMap(({ body }) => body.sender ?? []).flatMap(({ events }) => events);
  }

  /** The events about one kind of thing. */
  about(rel: string): readonly ReceivedEvent[] {
    return this.events.filter(({ link }) => link.rel === rel);
  }

  /** The first of the events about one kind of thing that have this type. */
  first(rel: string, type: string): ReceivedEvent {
    const found = this.about(rel).find((event) => event.type === type);
    if (found === undefined) throw new Error(`No ${rel} was ${type}.`);
    return found;
  }

  async stop(): Promise<void> {
    await new Promise<void>((resolve) => {
      this.server.close(() => resolve());
      this.server.closeAllConnections();
    });
  }
}

function parsed(raw: Buffer): ReceivedBody {
  try {
    const value: unknown = JSON.parse(raw.toString('utf8'));
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
