import { type Wire } from './wire.js';

/** What Tryton puts into `error` of an answer with status 200. */
export class RpcError extends Error {
  constructor(readonly error: readonly Wire[]) {
    super('an error of the double');
  }
}

/** An answer of the HTTP layer. */
export class HttpRefusal extends Error {
  constructor(readonly status: number) {
    super(`status ${status}`);
  }
}

export function userError(message: string): RpcError {
  return new RpcError(['UserError', [message, '', null]]);
}

/** What Python says of an error that Tryton did not foresee. */
export function unforeseen(words: string): RpcError {
  return new RpcError([words, '']);
}
