import { Injectable } from '@nestjs/common';
import { type Request } from 'express';
import { ApiKeyLogin } from './api-key-login.js';
import { NotAuthenticated } from './auth.errors.js';
import { type Caller } from './caller.js';
import { FailedLogins } from './failed-logins.js';
import { JwtLogin } from './jwt-login.js';

/** Says who makes a request, by its `Authorization: Bearer` with an API key or a JWT. */
@Injectable()
export class Authenticator {
  constructor(
    private readonly apiKeys: ApiKeyLogin,
    private readonly jwt: JwtLogin,
    private readonly failedLogins: FailedLogins,
  ) {}

  /** Throws `NotAuthenticated`, and `TooManyFailedLogins` where the address has to wait. */
  async authenticate(request: Request): Promise<Caller> {
    const credential = /^Bearer +([^ ]+)$/i.exec(request.headers.authorization ?? '')?.[1];
    // No credential is no guess.
    if (credential === undefined) throw new NotAuthenticated();
    await this.failedLogins.refuseGuesses(request.ip, credential);
    const caller = (await this.apiKeys.authenticate(credential)) ?? (await this.jwt.authenticate(request));
    if (caller === undefined) {
      await this.failedLogins.failed(request.ip, credential);
      throw new NotAuthenticated();
    }
    this.failedLogins.succeeded(credential);
    return caller;
  }
}
