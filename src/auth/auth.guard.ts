import { Injectable, SetMetadata, type CanActivate, type CustomDecorator, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { type Request } from 'express';
import { ApiKeysService } from './api-keys.service.js';
import { NotAuthenticated, ScopeMissing } from './auth.errors.js';
import { setCaller, type Caller } from './caller.js';
import { JwtLogin } from './jwt-login.js';
import { type Scope } from './scopes.js';

const requiredScope = 'liaison:scope';

/** States which scope a route needs. A guarded route without it is refused to everybody but `admin`. */
export function RequireScope(scope: Scope): CustomDecorator {
  return SetMetadata(requiredScope, scope);
}

/** Lets a request in when it carries an API key or a JWT with the scope of the route. */
@Injectable()
export class AuthGuard implements CanActivate {
  constructor(
    private readonly apiKeys: ApiKeysService,
    private readonly jwt: JwtLogin,
    private readonly reflector: Reflector,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const request = context.switchToHttp().getRequest<Request>();
    const caller = await this.#authenticate(request);
    const scope = this.reflector.getAllAndOverride<Scope | undefined>(requiredScope, [
      context.getHandler(),
      context.getClass(),
    ]);
    if (!caller.scopes.includes('admin') && (scope === undefined || !caller.scopes.includes(scope))) {
      throw new ScopeMissing(scope ?? 'admin');
    }
    setCaller(request, caller);
    return true;
  }

  async #authenticate(request: Request): Promise<Caller> {
    const credential = /^Bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (credential === undefined) throw new NotAuthenticated();
    const caller = (await this.apiKeys.authenticate(credential)) ?? (await this.jwt.authenticate(request));
    if (caller === undefined) throw new NotAuthenticated();
    return caller;
  }
}
