import { PassThrough } from 'node:stream';
import { Transport } from 'jsforce/lib/transport.js';
import { type HttpRequest, type HttpResponse } from 'jsforce/lib/types/common.js';
import { StreamPromise } from 'jsforce/lib/util/promise.js';
import { type OutboundAnswer, type OutboundCall } from '../../common/outbound/outbound-http.js';
import { withExactNumbers } from './salesforce.numbers.js';

/** Sends a call once and gives its answer, if that is a good one. */
export type Send = (call: OutboundCall) => Promise<OutboundAnswer>;

/** In the place of jsforce's own transport, which retries, follows redirects and heeds no guard. */
export class GuardedTransport extends Transport {
  constructor(private readonly send: Send) {
    super();
  }

  override httpRequest(request: HttpRequest): StreamPromise<HttpResponse> {
    return StreamPromise.create(() => ({ stream: new PassThrough(), promise: this.#response(request) }));
  }

  async #response({ method, url, headers, body }: HttpRequest): Promise<HttpResponse> {
    if (method === 'OPTIONS') throw new TypeError('no such call is made');
    const text = typeof body === 'string' ? body : undefined;
    const answer = await this.send({ method, url, headers, body: text });
    return {
      statusCode: answer.status,
      headers: { ...answer.headers },
      body: withExactNumbers(answer.body.toString('utf8')),
    };
  }
}
