import { type OutgoingHttpHeaders, request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';

export interface WebhookPost {
  readonly url: string;
  readonly headers: OutgoingHttpHeaders;
  readonly body: Buffer;
  /** Real time until the answer must have begun. */
  readonly timeoutMs: number;
  /** Take the answer, when it comes, for one that came too late. */
  readonly tooLate: boolean;
  /** Ends the request when the simulator stops. */
  readonly signal: AbortSignal;
}

/** Posts exactly these bytes and answers the status; follows no redirect and never throws. */
export function postWebhook(post: WebhookPost): Promise<number | 'timeout' | 'unreachable'> {
  return new Promise((resolve) => {
    const send = post.url.startsWith('https:') ? httpsRequest : httpRequest;
    const request = send(post.url, {
      method: 'POST',
      agent: false,
      signal: post.signal,
      headers: { ...post.headers, 'Content-Length': post.body.length },
    });
    const finish = (outcome: number | 'timeout' | 'unreachable'): void => {
      clearTimeout(limit);
      resolve(outcome);
      request.destroy();
    };
    const limit = setTimeout(() => finish('timeout'), post.timeoutMs);
    request.on('error', () => finish('unreachable'));
    request.on('response', (response) => {
      const status = response.statusCode ?? 0;
      response.on('error', () => finish('unreachable'));
      response.on('end', () => finish(post.tooLate ? 'timeout' : status));
      response.resume();
    });
    request.end(post.body);
  });
}
