import { randomUUID } from 'node:crypto';
import { type HttpAnswer } from '../http-exchange.js';

/** What went wrong, in OAuth's word, Microsoft's number and a sentence. */
export interface AadFailure {
  readonly status: number;
  readonly error: string;
  readonly code: number;
  readonly message: string;
}

/** A request that ends in an error body. */
export class AadRefusal extends Error {
  constructor(readonly failure: AadFailure) {
    super(failure.message);
  }
}

/** The error body of both token endpoints; the numbers repeat in it and the description ends with three trace lines. */
export function aadErrorAnswer({ status, error, code, message }: AadFailure, at: number): HttpAnswer {
  const timestamp = `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}Z`;
  const [traceId, correlationId] = [randomUUID(), randomUUID()];
  return {
    status,
    headers: { 'Cache-Control': 'no-store, no-cache', Pragma: 'no-cache', 'x-ms-request-id': traceId },
    body: {
      error,
      error_description: [
        `AADSTS${code}: ${message}`,
        `Trace ID: ${traceId}`,
        `Correlation ID: ${correlationId}`,
        `Timestamp: ${timestamp}`,
      ].join('\r\n'),
      error_codes: [code],
      timestamp,
      trace_id: traceId,
      correlation_id: correlationId,
      error_uri: `https://login.microsoftonline.com/error?code=${code}`,
    },
  };
}
