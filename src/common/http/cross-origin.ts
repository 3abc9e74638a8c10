import {
  type CorsOptions,
  type CorsOptionsDelegate,
} from '@nestjs/common/interfaces/external/cors-options.interface.js';
import { type Request } from 'express';

/** What scripts of other origins may send, and read, besides what they always may. */
const rules: CorsOptions = {
  methods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
  allowedHeaders: [
    'authorization',
    'content-type',
    'idempotency-key',
    'if-none-match',
    'last-event-id',
    'prefer',
    'x-request-id',
  ],
  exposedHeaders: [
    'etag',
    'liaison-at-end',
    'link',
    'location',
    'preference-applied',
    'ratelimit',
    'ratelimit-policy',
    'retry-after',
    'x-request-id',
  ],
  maxAge: 600,
  // There are no cookies; who calls is said by the Authorization header alone.
  credentials: false,
};

/** Lets scripts of the named origins call the REST API, and nothing else of ours. */
export function crossOriginRules(origins: readonly string[]): CorsOptionsDelegate<Request> {
  return (request, decide) => {
    const { origin } = request.headers;
    const isApi = /^\/(v1\/|openapi\.json$|asyncapi\.json$)/.test(request.path);
    decide(null, isApi && origin !== undefined && origins.includes(origin) ? { ...rules, origin } : { origin: false });
  };
}
