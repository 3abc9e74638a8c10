import { type IncomingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What became of one POST; `network` is a connection that broke before the whole answer was read. */
export type PostOutcome = ReceiverAnswer | 'timeout' | 'refused' | 'network';

export interface OutboundPost {
  /** Sent as it is: braces and quotes in the query are not escaped. */
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Real time for the whole answer to arrive. */
  readonly timeoutMs: number;
  /** Ends the request when the simulator stops. */
  readonly signal: AbortSignal;
}

/** How long a body waits for a 100 before it is sent without; .NET's default. */
const continueTimeoutMs = 350;

/** Posts exactly these bytes, follows no redirect, and never throws. With `Expect: 100-continue` the body waits for a 100. */
export function postOnce(post: OutboundPost): Promise<PostOutcome> {
  return new Promise((resolve) => {
    const { origin, path } = splitUrl(post.url);
    const send = origin.protocol === 'https:' ? httpsRequest : httpRequest;
    const request = send({
      host: origin.hostname.replace(/^\[|\]$/g, ''),
      port: origin.port === '' ? undefined : Number(origin.port),
      path,
      method: 'POST',
      agent: false,
      signal: post.signal,
      headers: { ...post.headers, Host: origin.host, 'Content-Length': String(post.body.length) },
    });
    const finish = (outcome: PostOutcome): void => {
      clearTimeout(limit);
      clearTimeout(patience);
      resolve(outcome);
      request.destroy();
    };
    const limit = setTimeout(() => finish('timeout'), post.timeoutMs);
    const sendBody = (): void => {
      clearTimeout(patience);
      if (!request.writableEnded) request.end(post.body);
    };
    const expects = 'Expect' in post.headers;
    const patience = setTimeout(sendBody, expects ? continueTimeoutMs : 0);
    request.on('continue', sendBody);
    request.on('error', (error) => finish(isRefusal(error) ? 'refused' : 'network'));
    request.on('response', (response) => {
      clearTimeout(patience);
      response.on('error', () => finish('network'));
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        finish({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    if (expects) request.flushHeaders();
  });
}

/** Whether something listens there. */
export function listens(url: string, timeoutMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const { origin } = splitUrl(url);
    const port = origin.port === '' ? (origin.protocol === 'https:' ? 443 : 80) : Number(origin.port);
    const socket = connect({ host: origin.hostname.replace(/^\[|\]$/g, ''), port });
    const finish = (answer: boolean): void => {
      clearTimeout(limit);
      socket.destroy();
      resolve(answer);
    };
    const limit = setTimeout(() => finish(false), timeoutMs);
    socket.on('connect', () => finish(true));
    socket.on('error', () => finish(false));
  });
}

/** The host through a parser, the rest to the letter. */
function splitUrl(url: string): { readonly origin: URL; readonly path: string } {
  const [, host = '', rest = ''] = /^(https?:\/\/[^/?#]+)([^#]*)/i.exec(url) ?? [];
  return { origin: new URL(host), path: rest.startsWith('/') ? rest : `/${rest}` };
}

function isRefusal(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
