import { Agent, request, type ClientRequest, type IncomingMessage } from 'node:http';
import { adminKey } from './service.js';

export interface StreamedEvent {
  readonly id: string;
  readonly type: string;
  readonly data: string;
}

export interface StreamOptions {
  readonly credential?: string;
  readonly lastEventId?: string;
  /** Stops reading after the headers, until `resume`. */
  readonly paused?: boolean;
}

/** One connection to a stream, read by the rules of the WHATWG standard (HTML, section 9.2.6). */
export class EventStreamReader {
  readonly events: StreamedEvent[] = [];
  readonly comments: string[] = [];
  retryMs: number | undefined;
  lastEventId: string;
  /** Resolves when the connection has ended, from whichever side. */
  readonly ended: Promise<void>;
  #rest = '';
  #id: string;
  #type = '';
  #data: string[] = [];

  private constructor(
    readonly response: IncomingMessage,
    private readonly outgoing: ClientRequest,
    options: StreamOptions,
  ) {
    this.lastEventId = options.lastEventId ?? '';
    this.#id = this.lastEventId;
    this.ended = new Promise((resolve) => response.on('close', resolve));
    response.on('error', () => undefined);
    response.setEncoding('utf8');
    if (options.paused === true) response.pause();
    else this.resume();
  }

  /** Connects and resolves when the headers are there; rejects for anything but a stream, with the status and the body. */
  static open(url: string, options: StreamOptions = {}): Promise<EventStreamReader> {
    return new Promise((resolve, reject) => {
      const outgoing = request(url, {
        agent: new Agent(),
        headers: {
          authorization: `Bearer ${options.credential ?? adminKey}`,
          ...(options.lastEventId === undefined ? {} : { 'last-event-id': options.lastEventId }),
        },
      });
      outgoing.on('error', reject);
      outgoing.on('response', (response) => {
        if (response.statusCode === 200) resolve(new EventStreamReader(response, outgoing, options));
        else {
          let body = '';
          response.on('data', (chunk: Buffer) => (body += chunk.toString()));
          response.on('end', () => reject(new Error(`${String(response.statusCode)} ${body}`)));
        }
      });
      outgoing.end();
    });
  }

  resume(): void {
    this.response.on('data', (chunk: string) => this.#read(chunk));
    this.response.resume();
  }

  /** Cuts the connection. */
  close(): void {
    this.outgoing.destroy();
  }

  #read(chunk: string): void {
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(line);
  }

  #takeLine(line: string): void {
    if (line === '') {
      this.#dispatch();
      return;
    }
    const [name, value] = split(line);
    if (name === '') this.comments.push(value);
    if (name === 'id') this.#id = value;
    if (name === 'event') this.#type = value;
    if (name === 'data') this.#data.push(value);
    if (name === 'retry') this.retryMs = Number(value);
  }

  #dispatch(): void {
    this.lastEventId = this.#id;
    const data = this.#data.join('\n');
    if (this.#data.length > 0) this.events.push({ id: this.#id, type: this.#type, data });
    this.#data = [];
    this.#type = '';
  }
}

function split(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  if (colon < 0) return [line, ''];
  const value = line.slice(colon + 1);
  return [line.slice(0, colon), value.startsWith(' ') ? value.slice(1) : value];
}
