import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
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
import { FieldTable } from './changes/field-table.js';
import { FieldWriting } from './changes/field-writing.js';
import { CrmConnectionsController } from './connections/crm-connections.controller.js';
import { CrmHealthQueries } from './connections/crm-health.queries.js';
import { CrmLinksController } from './links/crm-links.controller.js';
import { CrmLinksService } from './links/crm-links.service.js';
import { CrmMappingsController } from './mapping/crm-mappings.controller.js';
import { CrmMappingsService } from './mapping/crm-mappings.service.js';
import { MappingPreview } from './mapping/mapping-preview.js';
import { MappingVersions } from './mapping/mapping-versions.js';
import { Planner } from './mapping/planner.js';
import { Wishes } from './mapping/wishes.js';
import { CrmNewsReaction } from './telling/crm-news.reaction.js';
import { CrmTellJob } from './telling/crm-tell.job.js';
import { Timeline } from './timeline/timeline.js';

/** Keeps CRMs in step with what is said in spaces. */
@Module({
  imports: [ConnectionsModule, MessagesModule, PostsModule, TokensModule],
  controllers: [CrmConnectionsController, CrmLinksController, CrmChangesController, CrmMappingsController],
  providers: [
    ChangeTable,
    CrmChangeReaction,
    CrmChangesQueries,
    CrmHealthQueries,
    CrmLinksService,
    CrmMappingsService,
    CrmNewsReaction,
    CrmPushJob,
    CrmTellJob,
    CrmRetriesService,
    EntryWriting,
    FieldTable,
    FieldWriting,
    MappingPreview,
    MappingVersions,
    Planner,
    Timeline,
    Wishes,
  ],
  exports: [CrmChangeReaction, CrmNewsReaction, CrmPushJob, CrmTellJob],
})
export class CrmSyncModule {}
