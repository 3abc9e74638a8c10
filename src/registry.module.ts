import { Global, Module } from '@nestjs/common';
import { ApiKeyEntity } from './auth/api-key.entity.js';
import { AuthorizationProcessor } from './authorizations/authorization.processor.js';
import { AuthorizationReaction } from './authorizations/authorization.reaction.js';
import { AuthorizationsModule } from './authorizations/authorizations.module.js';
import { organizationTokensColumn } from './authorizations/organization-token-table.js';
import { OrganizationTokenJob } from './authorizations/organization-token.job.js';
import { CONNECTION_ENDINGS } from './connections/connection-ending.js';
import { connectionSecretsColumn } from './connections/connection-secrets.js';
import { ConnectionEntity } from './connections/connection.entity.js';
import { ConnectionsModule } from './connections/connections.module.js';
import { CrmChangeReaction } from './crm-sync/changes/crm-change.reaction.js';
import { CrmPushJob } from './crm-sync/changes/crm-push.job.js';
import { CrmLinkJob } from './crm-sync/linking/crm-link.job.js';
import { CrmLinkReaction } from './crm-sync/linking/crm-link.reaction.js';
import { CrmSyncModule } from './crm-sync/crm-sync.module.js';
import { CrmNewsReaction } from './crm-sync/telling/crm-news.reaction.js';
import { CrmPollJob } from './crm-sync/polling/crm-poll.job.js';
import { PollTable } from './crm-sync/polling/poll-table.js';
import { CrmTellJob } from './crm-sync/telling/crm-tell.job.js';
import { ConversationProcessor } from './conversations/conversation.processor.js';
import { type CrmPlatform } from './crm/crm-platform.js';
import { espocrm } from './crm/espocrm/espocrm.crm.js';
import { generic } from './crm/generic/generic.crm.js';
import { salesforce } from './crm/salesforce/salesforce.crm.js';
import { hubspot } from './crm/hubspot/hubspot.crm.js';
import { tryton } from './crm/tryton/tryton.crm.js';
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
import { MessageSearch } from './messages/search/message-search.js';
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
import { tokenSourceColumn } from './tokens/app-token-table.js';
import { TokenRevocation, unwantedTokensColumn } from './tokens/token-revocation.js';
import { tokenColumns } from './tokens/token-rows.js';
import { TokensModule } from './tokens/tokens.module.js';
import { SpaceProcessor } from './spaces/space.processor.js';

/** The list of everything that plugs in. A new platform, connector, processor, follower, reaction, job or entity is one line here. */
export const platforms: readonly Platform[] = [watsonWork, webex, skypeForBusiness];
export const connectors: readonly CrmPlatform[] = [espocrm, generic, hubspot, salesforce, tryton];
export const entities = [ConnectionEntity, ApiKeyEntity];
export const sealedColumns = [
  connectionSecretsColumn,
  organizationTokensColumn,
  ...tokenColumns,
  tokenSourceColumn,
  unwantedTokensColumn,
  verifierColumn,
];
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
/** Reactions that their own module makes, because its API needs what they use. */
const reactionsOfModules = [CrmChangeReaction, CrmLinkReaction, CrmNewsReaction];
const jobs = [HydrationJob, OrganizationTokenJob, RegistrationJob];
/** Handlers that their own module makes, because its API needs them too. */
const jobsOfModules = [
  GrantKeepAlive,
  GrantRevocation,
  TokenRevocation,
  PostJob,
  CrmLinkJob,
  CrmPollJob,
  CrmPushJob,
  CrmTellJob,
];

const listOf = (...list: unknown[]): readonly unknown[] => list;

@Global()
@Module({
  imports: [
    AuthorizationsModule,
    ConnectionsModule,
    CrmSyncModule,
    DeliveriesModule,
    GrantsModule,
    OperationsModule,
    PostsModule,
    OutboxModule,
    RegistrationsModule,
    TokensModule,
  ],
  providers: [
    { provide: PLATFORMS, useFactory: (): readonly Platform[] => [...platforms, ...connectors] },
    ...processors,
    ...followers,
    ...reactions,
    ...jobs,
    { provide: CONNECTION_ENDINGS, useFactory: listOf, inject: [GrantRevocation, PollTable] },
    { provide: EVENT_FOLLOWERS, useFactory: listOf, inject: followers },
    { provide: EVENT_PROCESSORS, useFactory: listOf, inject: processors },
    { provide: EVENT_REACTIONS, useFactory: listOf, inject: [...reactions, ...reactionsOfModules] },
    { provide: JOB_HANDLERS, useFactory: listOf, inject: [...jobs, ...jobsOfModules] },
  ],
  exports: [PLATFORMS, CONNECTION_ENDINGS, EVENT_PROCESSORS, EVENT_FOLLOWERS, EVENT_REACTIONS, JOB_HANDLERS],
})
export class RegistryModule {}
