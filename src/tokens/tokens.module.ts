import { Module } from '@nestjs/common';
import { AuthorizationsModule } from '../authorizations/authorizations.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { Accounts } from './accounts.js';
import { ACTING_TOKENS } from './acting-tokens.js';
import { ActingTokensService } from './acting-tokens.service.js';
import { AppTokenTable } from './app-token-table.js';
import { GrantTable } from './grant-table.js';
import { ServerRevocation } from './server-revocation.js';
import { TokenRevocation } from './token-revocation.js';

/** Tokens to act with. */
@Module({
  imports: [AuthorizationsModule, ConnectionsModule],
  providers: [
    Accounts,
    ActingTokensService,
    AppTokenTable,
    GrantTable,
    ServerRevocation,
    TokenRevocation,
    { provide: ACTING_TOKENS, useExisting: ActingTokensService },
  ],
  exports: [
    Accounts,
    ACTING_TOKENS,
    ActingTokensService,
    AuthorizationsModule,
    GrantTable,
    ServerRevocation,
    TokenRevocation,
  ],
})
export class TokensModule {}
