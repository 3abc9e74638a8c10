import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request, type Response } from 'express';
import { AuditLog } from '../audit/audit-log.js';
import { auditRuleOf } from '../audit/audit-rule.js';
import { endOf, originOf } from '../audit/audited-request.js';
import { refuseFaultyCall } from '../common/http/api-call.js';
import { ScopeMissing } from './auth.errors.js';
import { Authenticator } from './authenticator.js';
import { setCaller, type Caller } from './caller.js';
import { RateLimit } from './rate-limit.js';
import { type Scope } from './scopes.js';

const requiredScope = 'liaison:scope';

/** States which scope a route needs. A guarded route without it is refused to everybody but `admin`. */
export function RequireScope(scope: Scope): CustomDecorator {
  return SetMetadata(requiredScope, scope);
}

/** The scope that a route states; undefined where it states none. */
export function statedScope(
  reflector: Reflector,
  context: Pick<ExecutionContext, 'getHandler' | 'getClass'>,
): Scope | undefined {
  return reflector.getAllAndOverride<Scope | undefined>(requiredScope, [context.getHandler(), context.getClass()]);
}

/**
 * Lets a request in when its credential is valid, has requests left and has the scope of the route, and when it is one
 * that the OpenAPI document describes.
 */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly authenticator: Authenticator,
    private readonly rateLimit: RateLimit,
    private readonly auditLog: AuditLog,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const http = context.switchToHttp();
    const request = http.getRequest<Request>();
    const caller = await this.authenticator.authenticate(request);
    await this.rateLimit.enforce(caller, http.getResponse<Response>());
    const scope = statedScope(this.reflector, context);
    if (!caller.scopes.includes('admin') && (scope === undefined || !caller.scopes.includes(scope))) {
      throw await this.#refused(caller, scope ?? 'admin', context);
    }
    setCaller(request, caller);
    refuseFaultyCall(request);
    return true;
  }

  /** That somebody tried what they may not is noted, too. */
  async #refused(caller: Caller, scope: Scope, context: ExecutionContext): Promise<ScopeMissing> {
    const error = new ScopeMissing(scope);
    const rule = auditRuleOf(this.reflector, context);
    if (rule.kind !== 'none') {
      const { tenantId, subject } = caller;
      const about = { tenantId, subject, act: rule.act, parameters: {}, ...originOf(context) };
      await this.auditLog.record({ ...about, ...endOf(error) });
    }
    return error;
  }
}
