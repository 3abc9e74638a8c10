import { Global, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { ApiKeysService } from './api-keys.service.js';
import { AuthGuard } from './auth.guard.js';
import { JwtLogin } from './jwt-login.js';

/** Who may call the REST API. */
@Global()
@Module({
  imports: [PassportModule],
  providers: [ApiKeysService, JwtLogin, AuthGuard],
  exports: [ApiKeysService, JwtLogin, AuthGuard],
})
export class AuthModule {}
