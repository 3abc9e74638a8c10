import { Global, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { ApiKeyLogin } from './api-key-login.js';
import { ApiKeyUse } from './api-key-use.js';
import { ApiKeysController } from './api-keys.controller.js';
import { ApiKeysService } from './api-keys.service.js';
import { AuthGuard } from './auth.guard.js';
import { Authenticator } from './authenticator.js';
import { CallerWatch } from './caller-watch.js';
import { FailedLogins } from './failed-logins.js';
import { JwtLogin } from './jwt-login.js';
import { RateLimit } from './rate-limit.js';

/** Who may call the REST API, and how often. */
@Global()
@Module({
  imports: [PassportModule],
  controllers: [ApiKeysController],
  providers: [
    ApiKeyLogin,
    ApiKeyUse,
    ApiKeysService,
    AuthGuard,
    Authenticator,
    CallerWatch,
    FailedLogins,
    JwtLogin,
    RateLimit,
  ],
  exports: [ApiKeysService, AuthGuard, Authenticator, CallerWatch, RateLimit],
})
export class AuthModule {}
