import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { GrantActivation } from './grant-activation.js';
import { GrantKeepAlive } from './grant-keep-alive.js';
import { GrantRequests } from './grant-requests.js';
import { GrantRevocation } from './grant-revocation.js';
import { GrantsController } from './grants.controller.js';
import { GrantsQueries } from './grants.queries.js';
import { GrantsService } from './grants.service.js';
import { OAuthCallbackController } from './oauth-callback.controller.js';
import { ReconnectLinks } from './reconnect-links.js';

/** Acting on behalf of users: who consented, and how that goes on and ends. */
@Module({
  imports: [ConnectionsModule, TokensModule],
  controllers: [GrantsController, OAuthCallbackController],
  providers: [
    GrantActivation,
    GrantKeepAlive,
    GrantRequests,
    GrantRevocation,
    GrantsQueries,
    GrantsService,
    ReconnectLinks,
  ],
  exports: [GrantKeepAlive, GrantRevocation],
})
export class GrantsModule {}
