import { Global, Module } from '@nestjs/common';
import { ApiKeyEntity } from './auth/api-key.entity.js';
import { AuthorizationProcessor } from './authorizations/authorization.processor.js';
import { AuthorizationReaction } from './authorizations/authorization.reaction.js';
import { AuthorizationsModule } from './authorizations/authorizations.module.js';
import { organizationTokensColumn } from './authorizations/organization-token-table.js';
import { OrganizationTokenJob } from './authorizations/organization-token.job.js';
import { connectionSecretsColumn } from './connections/connection-secrets.js';
import { ConnectionEntity } from './connections/connection.entity.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { ConversationProcessor } from './conversations/conversation.processor.js';
import { DeliveriesModule } from './deliveries/deliveries.module.js';
import { EVENT_FOLLOWERS } from './events/event-follower.js';
import { EVENT_PROCESSORS } from './events/event-processor.js';
import { EVENT_REACTIONS } from './events/event-reaction.js';
import { GrantKeepAlive } from './grants/grant-keep-alive.js';
import { verifierColumn } from './grants/grant-requests.js';
import { GrantRevocation } from './grants/grant-revocation.js';
import { GrantsModule } from './grants/grants.module.js';
import { HydrationJob } from './hydration/hydration.job.js';
import { HydrationReaction } from './hydration/hydration.reaction.js';
import { AnnotationProcessor } from './messages/annotation.processor.js';
import { MessageProcessor } from './messages/message.processor.js';
import { MessageSearch } from './messages/message-search.js';
import { ReactionProcessor } from './messages/reaction.processor.js';
import { OperationReaction } from './operations/operation.reaction.js';
import { OperationsModule } from './operations/operations.module.js';
import { JOB_HANDLERS } from './outbox/job.js';
import { OutboxModule } from './outbox/outbox.module.js';
import { PLATFORMS, type Platform } from './platforms/platform.js';
import { skypeForBusiness } from './platforms/skype-for-business/skype-for-business.platform.js';
import { watsonWork } from './platforms/watson-work/watson-work.platform.js';
import { webex } from './platforms/webex/webex.platform.js';
import { PostEchoReaction } from './posts/post-echo.reaction.js';
import { PostJob } from './posts/post.job.js';
import { PostsModule } from './posts/posts.module.js';
import { RegistrationJob } from './registrations/registration.job.js';
import { RegistrationsModule } from './registrations/registrations.module.js';
import { tokenColumns } from './tokens/token-rows.js';
import { TokensModule } from './tokens/tokens.module.js';
import { SpaceProcessor } from './spaces/space.processor.js';

/** The list of everything that plugs in. A new platform, processor, follower, reaction, job or entity is one line here. */
export const platforms: readonly Platform[] = [watsonWork, webex, skypeForBusiness];
export const entities = [ConnectionEntity, ApiKeyEntity];
export const sealedColumns = [connectionSecretsColumn, organizationTokensColumn, ...tokenColumns, verifierColumn];
const followers = [MessageSearch];
const processors = [
  SpaceProcessor,
  MessageProcessor,
  AnnotationProcessor,
  ReactionProcessor,
  ConversationProcessor,
  AuthorizationProcessor,
];
const reactions = [HydrationReaction, AuthorizationReaction, OperationReaction, PostEchoReaction];
const jobs = [HydrationJob, OrganizationTokenJob, RegistrationJob];
/** Handlers that their own module makes, because its API needs them too. */
const jobsOfModules = [GrantKeepAlive, GrantRevocation, PostJob];

const listOf = (...list: unknown[]): readonly unknown[] => list;

@Global()
@Module({
  imports: [
    AuthorizationsModule,
    ConnectionsModule,
    DeliveriesModule,
    GrantsModule,
    OperationsModule,
    PostsModule,
    OutboxModule,
    RegistrationsModule,
    TokensModule,
  ],
  providers: [
    { provide: PLATFORMS, useValue: platforms },
    ...processors,
    ...followers,
    ...reactions,
    ...jobs,
    { provide: EVENT_FOLLOWERS, useFactory: listOf, inject: followers },
    { provide: EVENT_PROCESSORS, useFactory: listOf, inject: processors },
    { provide: EVENT_REACTIONS, useFactory: listOf, inject: reactions },
    { provide: JOB_HANDLERS, useFactory: listOf, inject: [...jobs, ...jobsOfModules] },
  ],
  exports: [PLATFORMS, EVENT_PROCESSORS, EVENT_FOLLOWERS, EVENT_REACTIONS, JOB_HANDLERS],
})
export class RegistryModule {}
