import { STATUS_CODES } from 'node:http';
import { Catch, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { type Response } from 'express';
import { type Logger } from 'pino';
import { type InputFault } from '../errors/liaison-error.js';
import { answerTo, type ProblemAnswer } from './problem.js';
import { requestIdOf } from './request-id.js';

/** RFC 9457 problem details. */
interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  /** The request's id, which our log lines carry too. */
  readonly instance: string;
  readonly errors?: readonly InputFault[];
}

/** The only place that makes error bodies. Unknown errors tell the caller nothing but the request's id. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly logger: Logger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const answer = answerTo(error);
    const response = host.switchToHttp().getResponse<Response>();
    const problem = toProblem(answer, `urn:uuid:${requestIdOf(response)}`);
    if (problem.status >= 500) {
      this.logger.error({ err: error, requestId: requestIdOf(response), code: problem.type }, problem.title);
    }
    if (response.headersSent) {
      response.destroy();
      return;
    }
    if (problem.status === 401) response.setHeader('www-authenticate', challengeTo(answer));
    if (answer.retryAfterSeconds !== undefined) response.setHeader('retry-after', String(answer.retryAfterSeconds));
    for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value);
    // Some statuses, such as 404, may be cached unless the answer says otherwise (RFC 9110 section 15.1).
    response.setHeader('cache-control', 'no-store');
    // The rest of a body that is too large is not worth reading.
    if (problem.status === 413) response.setHeader('connection', 'close');
    const body = Buffer.from(JSON.stringify(problem));
    response.status(problem.status);
    response.setHeader('content-type', 'application/problem+json');
    response.setHeader('content-length', body.length);
    response.end(body);
  }
}

function challengeTo({ code }: ProblemAnswer): string {
  return code === 'signature-rejected' ? 'Signature realm="liaison-webhooks"' : 'Bearer realm="liaison"';
}

function toProblem({ code, status, detail, faults }: ProblemAnswer, instance: string): Problem {
  return {
    type: `urn:liaison:problem:${code}`,
    title: STATUS_CODES[status] ?? 'Error',
    status,
    detail,
    instance,
    ...(faults.length > 0 ? { errors: faults } : {}),
  };
}
