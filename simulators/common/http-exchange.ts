import {
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type ServerResponse,
} from 'node:http';

const largestBody = 1_000_000;

export interface HttpCall {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  /** Written as JSON; nothing is written when it is missing. */
  readonly body?: Readonly<Record<string, unknown>>;
}

/** The whole request, or undefined when it is larger than anything the platform's interfaces are meant for. */
export async function readCall(request: IncomingMessage): Promise<HttpCall | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > largestBody) return undefined;
    chunks.push(chunk);
  }
  const url = new URL(request.url ?? '/', 'http://loopback');
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    query: url.searchParams,
    headers: request.headers,
    body: Buffer.concat(chunks),
  };
}

export function writeAnswer(response: ServerResponse, answer: HttpAnswer): void {
  if (answer.body === undefined) {
    response.writeHead(answer.status, answer.headers).end();
    return;
  }
  response
    .writeHead(answer.status, { 'Content-Type': 'application/json;charset=UTF-8', ...answer.headers })
    .end(JSON.stringify(answer.body));
}

/** The part of a Content-Type before its parameters. */
export function mediaType(call: HttpCall): string {
  return (call.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
}

/** The body as a JSON object, or undefined when it is anything else. */
export function jsonObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return isRecord(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

export function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
