import { randomBytes } from 'node:crypto';
import { type HttpAnswer } from '../common/http-exchange.js';

/** Each code has its status (UCWA, ErrorCode). */
const statuses = {
  BadRequest: 400,
  Forbidden: 403,
  NotFound: 404,
  MethodNotAllowed: 405,
  ClientTimeout: 408,
  Conflict: 409,
  Gone: 410,
  PreconditionFailed: 412,
  EntityTooLarge: 413,
  UnsupportedMediaType: 415,
  PreconditionRequired: 428,
  TooManyRequests: 429,
  ServiceFailure: 500,
  ServiceUnavailable: 503,
  Timeout: 504,
} as const;

export type ApiErrorCode = keyof typeof statuses;

export interface ApiError {
  readonly code: ApiErrorCode;
  readonly subcode?: string;
  readonly message?: string;
}

/** A request that ends in an error body. */
export class ApiRefusal extends Error {
  readonly error: ApiError;

  constructor(code: ApiErrorCode, subcode?: string, message?: string) {
    super(message ?? subcode ?? code);
    this.error = { code, ...(subcode === undefined ? {} : { subcode }), ...(message === undefined ? {} : { message }) };
  }
}

/** Only `code` is sure to be there; the report id is for a support that does not exist. */
export function apiErrorAnswer({ code, subcode, message }: ApiError): HttpAnswer {
  return {
    status: statuses[code],
    headers: { 'Content-Type': 'application/json; charset=utf-8' },
    body: { code, subcode, message, debugInfo: { errorReportId: randomBytes(16).toString('hex') } },
  };
}
