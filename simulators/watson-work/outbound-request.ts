import { type IncomingHttpHeaders, type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface ReceiverAnswer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** What became of one POST; `network` is a connection that broke before the whole answer was read. */
export type PostOutcome = ReceiverAnswer | 'timeout' | 'refused' | 'network';

export interface OutboundPost {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** Real time for the whole answer to arrive. */
  readonly timeoutMs: number;
  /** Close the socket when the answer begins to arrive, and read none of it. */
  readonly abortOnAnswer?: boolean;
  /** Ends the request when the simulator stops. */
  readonly signal: AbortSignal;
}

/** Posts exactly these bytes, follows no redirect, and never throws: an outcome is the platform's only knowledge. */
export function postOnce(post: OutboundPost): Promise<PostOutcome> {
  return new Promise((resolve) => {
    const send = post.url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(post.url, {
      method: 'POST',
      agent: false,
      signal: post.signal,
      headers: { ...post.headers, 'Content-Length': post.body.length },
    });
    const finish = (outcome: PostOutcome): void => {
      clearTimeout(limit);
      resolve(outcome);
      request.destroy();
    };
    const limit = setTimeout(() => finish('timeout'), post.timeoutMs);
    request.on('error', (error) => finish(isRefusal(error) ? 'refused' : 'network'));
    request.on('response', (response) => {
      response.on('error', () => finish('network'));
      if (post.abortOnAnswer === true) {
        finish('network');
        return;
      }
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        finish({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) });
      });
    });
    request.end(post.body);
  });
}

function isRefusal(error: Error): boolean {
  return 'code' in error && error.code === 'ECONNREFUSED';
}
