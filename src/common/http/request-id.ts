import { type NextFunction, type Request, type Response } from 'express';
import { isUuid, uuidV7 } from '../ids/uuid-v7.js';

/** Takes over the caller's own `X-Request-Id` when it is a UUID, so that it stands in our logs and errors too. */
export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && isUuid(given)) response.setHeader('x-request-id', given);
  else requestIdOf(response);
  next();
}

/** The id of the request that this answers. Made when it is first asked for, which for a webhook call is when it fails. */
export function requestIdOf(response: Response): string {
  const known = response.getHeader('x-request-id');
  if (typeof known === 'string') return known;
  const id = uuidV7();
  if (!response.headersSent) response.setHeader('x-request-id', id);
  return id;
}
