import { Agent, request, type ClientRequest, type IncomingHttpHeaders, type OutgoingHttpHeaders } from 'node:http';

export interface HttpAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpCall {
  readonly method?: string;
  /** A list of values is sent as that many header lines. */
  readonly headers?: OutgoingHttpHeaders;
  /** What to do with the open request instead of sending `body`; whoever gives it also ends the request, or not. */
  readonly send?: (request: ClientRequest) => void;
  readonly body?: Uint8Array;
  readonly timeoutMs?: number;
}

/** One call on a socket of its own with exactly these headers; for what `fetch` refuses to send. */
export function httpCall(url: string, call: HttpCall = {}): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const timeoutMs = call.timeoutMs ?? 10_000;
    const outgoing = request(url, { method: call.method ?? 'POST', headers: call.headers, agent: new Agent() });
    const timer = setTimeout(() => outgoing.destroy(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
    outgoing.on('response', (incoming) => {
      const parts: Buffer[] = [];
      incoming.on('data', (part: Buffer) => parts.push(part));
      incoming.on('end', () => {
        clearTimeout(timer);
        outgoing.destroy();
        resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: Buffer.concat(parts) });
      });
      incoming.on('error', reject);
    });
    outgoing.on('error', (error) => {
      clearTimeout(timer);
      reject(error);
    });
    if (call.send === undefined) outgoing.end(call.body);
    else call.send(outgoing);
  });
}

/** The JSON object in an answer's body. */
export function jsonOf(answer: { readonly body: Buffer }): Record<string, unknown> {
  // What a test expects of an answer; its assertions check it.
  return JSON.parse(answer.body.toString('utf8')) as Record<string, unknown>;
}
