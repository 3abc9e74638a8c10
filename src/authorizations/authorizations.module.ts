import { Module } from '@nestjs/common';
import { ORGANIZATION_TOKENS } from '../platforms/organization-tokens.js';
import { AuthorizationsController } from './authorizations.controller.js';
import { AuthorizationsQueries } from './authorizations.queries.js';
import { OrganizationTokenTable } from './organization-token-table.js';
import { OrganizationTokensService } from './organization-tokens.service.js';

/** What organisations allow the app, and their tokens. */
@Module({
  controllers: [AuthorizationsController],
  providers: [
    AuthorizationsQueries,
    OrganizationTokenTable,
    OrganizationTokensService,
    { provide: ORGANIZATION_TOKENS, useExisting: OrganizationTokensService },
  ],
  exports: [OrganizationTokenTable, ORGANIZATION_TOKENS],
})
export class AuthorizationsModule {}
