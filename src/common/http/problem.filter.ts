import { STATUS_CODES } from 'node:http';
import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type Response } from 'express';
import { type Logger } from 'pino';
import { LiaisonError, StorageUnavailable, type ErrorKind, type InputFault } from '../errors/liaison-error.js';
import { isTransient } from '../errors/sql-state.js';
import { requestIdOf } from './request-id.js';

/** RFC 9457 problem details. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id, which our log lines carry too. */
  readonly instance: string;
  readonly errors?: readonly InputFault[];
}

const statusOfKind: Record<ErrorKind, number> = { caller: 400, unavailable: 503, upstream: 502, bug: 500 };

/** The only place that makes error bodies. Unknown errors tell the caller nothing but the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(thrown: unknown, host: ArgumentsHost): void {
    const error = known(thrown);
    const response = host.switchToHttp().getResponse<Response>();
    const instance = `urn:uuid:${requestIdOf(response)}`;
    const problem = toProblem(error, instance);
    if (problem.status >= 500) {
      this.logger.error({ err: error, requestId: requestIdOf(response), code: problem.type }, problem.title);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) response.setHeader('www-authenticate', challengeOf(error));
    if (error instanceof LiaisonError && error.retryAfterSeconds !== undefined) {
      response.setHeader('retry-after', String(error.retryAfterSeconds));
    }
    // The rest of a body that is too large is not worth reading.
    if (problem.status === 413) response.setHeader('connection', 'close');
    const body = Buffer.from(JSON.stringify(problem));
    response.status(problem.status);
    response.setHeader('content-type', 'application/problem+json');
    response.setHeader('content-length', body.length);
    response.end(body);
  }
}

/** A database that cannot be asked right now is nobody's mistake. */
function known(error: unknown): unknown {
  if (error instanceof LiaisonError || error instanceof HttpException || !isTransient(error)) return error;
  return new StorageUnavailable({ detail: 'The database did not answer in time.', cause: error, retryAfterSeconds: 5 });
}

function challengeOf(error: unknown): string {
  const isWebhook = error instanceof LiaisonError && error.code === 'signature-rejected';
  return isWebhook ? 'Signature realm="liaison-webhooks"' : 'Bearer realm="liaison"';
}

/** Any error as problem details; see docs/problems.md for the codes. */
function toProblem(error: unknown, instance: string): Problem {
  if (error instanceof LiaisonError) {
    const status = error.status ?? statusOfKind[error.kind];
    return {
      ...problem(error.code, status, error.detail, instance),
      ...(error.faults.length > 0 ? { errors: error.faults } : {}),
    };
  }
  const status = statusOf(error);
  if (status !== undefined && status < 500) {
    return problem(codeOfStatus(status), status, `${STATUS_CODES[status] ?? 'Refused'}.`, instance);
  }
  return problem('internal', 500, 'Something went wrong on our side. Quote the instance when you report it.', instance);
}

function problem(code: string, status: number, detail: string, instance: string): Problem {
  return { type: `urn:liaison:problem:${code}`, title: STATUS_CODES[status] ?? 'Error', status, detail, instance };
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
