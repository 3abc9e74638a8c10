import { createHmac } from 'node:crypto';
import { type HttpCall } from '../../common/http-exchange.js';

export interface ApiUser {
  readonly apiKey: string;
  /** Given where the user's authentication is HMAC; the key alone is not taken then. */
  readonly secretKey?: string;
}

/** Whether the call is by that user; `path` as it stands behind `/api/v1/`. */
export function isLetIn({ apiKey, secretKey }: ApiUser, { method, headers }: HttpCall, path: string): boolean {
  if (secretKey === undefined) return headers['x-api-key'] === apiKey;
  const mac = createHmac('sha256', secretKey).update(`${method} /${path}`).digest();
  const wanted = Buffer.concat([Buffer.from(`${apiKey}:`), mac]).toString('base64');
  return headers['x-hmac-authorization'] === wanted;
}
