import { Module } from '@nestjs/common';
import { AuthorizationsModule } from '../authorizations/authorizations.module.js';
import { ConnectionsModule } from '../connections/connections.module.js';
import { Accounts } from './accounts.js';
import { ACTING_TOKENS } from './acting-tokens.js';
import { ActingTokensService } from './acting-tokens.service.js';
import { GrantTable } from './grant-table.js';

/** Tokens to act with. */
@Module({
  imports: [AuthorizationsModule, ConnectionsModule],
  providers: [Accounts, ActingTokensService, GrantTable, { provide: ACTING_TOKENS, useExisting: ActingTokensService }],
  exports: [Accounts, ACTING_TOKENS, ActingTokensService, GrantTable],
})
export class TokensModule {}
