import { type NextFunction, type Request, type Response } from 'express';
import { isUuid, uuidV7 } from '../ids/uuid-v7.js';

/** Gives every request an id: the caller's own `X-Request-Id` when it is a UUID, else a new one; it is sent back. */
export function assignRequestId(request: Request, response: Response, next: NextFunction): void {
  const given = request.headers['x-request-id'];
  response.setHeader('x-request-id', typeof given === 'string' && isUuid(given) ? given : uuidV7());
  next();
}

/** The id that `assignRequestId` gave. */
export function requestIdOf(response: Response): string {
  const header = response.getHeader('x-request-id');
  return typeof header === 'string' ? header : 'unknown';
}
