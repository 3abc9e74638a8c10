import { STATUS_CODES } from 'node:http';
import { HttpException } from '@nestjs/common';
import { LiaisonError, StorageUnavailable, type ErrorKind, type InputFault } from '../errors/liaison-error.js';
import { isTransient } from '../errors/sql-state.js';

/** What any error is to whoever called us; unknown ones tell nothing of the inside. See docs/problems.md for the codes. */
export interface ProblemAnswer {
  readonly code: string;
  readonly status: number;
  readonly detail: string;
  readonly faults: readonly InputFault[];
  readonly retryAfterSeconds: number | undefined;
  /** What the answer's headers say besides. */
  readonly headers: Readonly<Record<string, string>>;
}

const statusOfKind: Record<ErrorKind, number> = { caller: 400, unavailable: 503, upstream: 502, bug: 500 };

/** The one place that decides how an error is answered. */
export function answerTo(thrown: unknown): ProblemAnswer {
  const error = known(thrown);
  if (error instanceof LiaisonError) {
    const { code, detail, faults, retryAfterSeconds, headers } = error;
    return { code, status: error.status ?? statusOfKind[error.kind], detail, faults, retryAfterSeconds, headers };
  }
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    return plain(codeOfStatus(status), status, `${STATUS_CODES[status] ?? 'Refused'}.`);
  }
  return plain('internal', 500, 'Something went wrong on our side. Quote the instance when you report it.');
}

/** A database that cannot be asked right now is nobody's mistake. */
function known(error: unknown): unknown {
  if (error instanceof LiaisonError || error instanceof HttpException || !isTransient(error)) return error;
  return new StorageUnavailable({ detail: 'The database did not answer in time.', cause: error, retryAfterSeconds: 5 });
}

function plain(code: string, status: number, detail: string): ProblemAnswer {
  return { code, status, detail, faults: [], retryAfterSeconds: undefined, headers: {} };
}

/** The status of Nest's and of body-parser's own errors, which carry one in different places. */
function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  if (error instanceof Error && 'status' in error && typeof error.status === 'number') return error.status;
  return undefined;
}

function codeOfStatus(status: number): string {
  const codes: Readonly<Record<number, string>> = {
    400: 'malformed-request',
    401: 'not-authenticated',
    403: 'not-allowed',
    404: 'not-found',
    405: 'method-not-allowed',
    408: 'request-timeout',
    413: 'body-too-large',
    415: 'unsupported-encoding',
    429: 'too-many-requests',
  };
  return codes[status] ?? 'refused';
}
