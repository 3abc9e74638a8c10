import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { ChangeTable } from './changes/change-table.js';
import { CrmChangeReaction } from './changes/crm-change.reaction.js';
import { CrmChangesController } from './changes/crm-changes.controller.js';
import { CrmChangesQueries } from './changes/crm-changes.queries.js';
import { CrmPushJob } from './changes/crm-push.job.js';
import { CrmRetriesService } from './changes/crm-retries.service.js';
import { EntryWriting } from './changes/entry-writing.js';
import { CrmConnectionsController } from './connections/crm-connections.controller.js';
import { CrmHealthQueries } from './connections/crm-health.queries.js';
import { CrmLinksController } from './links/crm-links.controller.js';
import { CrmLinksService } from './links/crm-links.service.js';
import { CrmPollJob } from './polling/crm-poll.job.js';
import { PollMetrics } from './polling/poll-metrics.js';
import { PollTable } from './polling/poll-table.js';
import { PollWarden } from './polling/poll-warden.js';
import { CrmNewsReaction } from './telling/crm-news.reaction.js';
import { CrmTellJob } from './telling/crm-tell.job.js';
import { Timeline } from './timeline/timeline.js';

/** Keeps CRMs in step with what is said in spaces. */
@Module({
  imports: [ConnectionsModule, DeliveriesModule, MessagesModule, PostsModule, TokensModule],
  controllers: [CrmConnectionsController, CrmLinksController, CrmChangesController],
  providers: [
    ChangeTable,
    CrmChangeReaction,
    CrmChangesQueries,
    CrmHealthQueries,
    CrmLinksService,
    CrmNewsReaction,
    CrmPollJob,
    CrmPushJob,
    CrmTellJob,
    CrmRetriesService,
    EntryWriting,
    PollMetrics,
    PollTable,
    PollWarden,
    Timeline,
  ],
  exports: [CrmChangeReaction, CrmNewsReaction, CrmPollJob, CrmPushJob, CrmTellJob, PollTable, PollWarden],
})
export class CrmSyncModule {}
