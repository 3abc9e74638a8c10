import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { ACTING_TOKENS } from './acting-tokens.js';
import { ActingTokensService } from './acting-tokens.service.js';
import { GrantTable } from './grant-table.js';

/** Tokens to act with. */
@Module({
  imports: [ConnectionsModule],
  providers: [ActingTokensService, GrantTable, { provide: ACTING_TOKENS, useExisting: ActingTokensService }],
  exports: [ACTING_TOKENS, ActingTokensService, GrantTable],
})
export class TokensModule {}
