import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { NotAuthenticated } from './auth.errors.js';
import { type Scope } from './scopes.js';

/** Whoever uses our REST API, and for which tenant. */
export interface Caller {
  readonly tenantId: string;
  /** A name for the audit trail: `key:<id>`, `jwt:<subject>` or `bootstrap`. */
  readonly subject: string;
  readonly scopes: readonly Scope[];
}

const callers = new WeakMap<object, Caller>();

/** Notes who makes this request; only the guard does so. */
export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** The caller of a guarded request. Throws `NotAuthenticated` where no guard has run: fails closed. */
function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new NotAuthenticated();
  return caller;
}

/** Injects the caller into a controller method. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
