import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { NotAuthenticated, ScopeMissing } from './auth.errors.js';
import { type Scope } from './scopes.js';

/** Whoever uses our REST API, and for which tenant. */
export interface Caller {
  readonly tenantId: string;
  /** A name for the audit log: `key:<id>`, `jwt:<subject>`, `bootstrap` or `command line`. */
  readonly subject: string;
  readonly scopes: readonly Scope[];
  /** The bounds of the API key that was presented; absent for a JWT and the bootstrap key, which have none of ours. */
  readonly key?: KeyBounds;
  /** The API key that was presented; absent as above. */
  readonly keyId?: string;
  /** When the JWT that was presented expires. */
  readonly expiresAt?: Date;
}

/** What an API key is bound by besides its scopes; null means no bound of its own. */
export interface KeyBounds {
  readonly expiresAt: Date | null;
  readonly requestsPerMinute: number | null;
}

/** Throws `ScopeMissing` for who may not do what needs this scope; `admin` may do everything. */
export function checkScope({ scopes }: Caller, scope: Scope): void {
  if (!scopes.includes('admin') && !scopes.includes(scope)) throw new ScopeMissing(scope);
}

const callers = new WeakMap<object, Caller>();

/** Notes who makes this request; only the guard does so. */
export function setCaller(request: Request, caller: Caller): void {
  callers.set(request, caller);
}

/** The caller of a guarded request. Throws `NotAuthenticated` where no guard has run: fails closed. */
export function callerOf(request: Request): Caller {
  const caller = callers.get(request);
  if (caller === undefined) throw new NotAuthenticated();
  return caller;
}

/** Injects the caller into a controller method. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext): Caller =>
  callerOf(context.switchToHttp().getRequest<Request>()),
);
