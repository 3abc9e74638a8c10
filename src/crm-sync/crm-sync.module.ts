import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { DeliveriesModule } from '../deliveries/deliveries.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { OutboxModule } from '../outbox/outbox.module.js';
import { PostsModule } from '../posts/posts.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { ChangeTable } from './changes/change-table.js';
import { CrmChangeReaction } from './changes/crm-change.reaction.js';
import { CrmChangesController } from './changes/crm-changes.controller.js';
import { CrmChangesQueries } from './changes/crm-changes.queries.js';
import { CrmCircuit } from './changes/crm-circuit.js';
import { CrmMetrics } from './changes/crm-metrics.js';
import { CrmPushJob } from './changes/crm-push.job.js';
import { CrmRetriesService } from './changes/crm-retries.service.js';
import { EntryWriting } from './changes/entry-writing.js';
import { FieldTable } from './changes/field-table.js';
import { FieldWriting } from './changes/field-writing.js';
import { CrmConnectionsController } from './connections/crm-connections.controller.js';
import { CrmHealthQueries } from './connections/crm-health.queries.js';
import { CrmLinksController } from './links/crm-links.controller.js';
import { CrmLinksService } from './links/crm-links.service.js';
import { LinkedHistory } from './links/linked-history.js';
import { CrmLinkJob } from './linking/crm-link.job.js';
import { CrmLinkReaction } from './linking/crm-link.reaction.js';
import { LinkRuleTable } from './linking/link-rule-table.js';
import { LinkRulesController } from './linking/link-rules.controller.js';
import { LinkRulesService } from './linking/link-rules.service.js';
import { LookupTable } from './linking/lookup-table.js';
import { MentionTable } from './linking/mention-table.js';
import { RecordFinder } from './linking/record-finder.js';
import { SpaceReader } from './linking/space-reading.js';
import { Suggestions } from './linking/suggestions.js';
import { UserTable } from './linking/user-table.js';
import { CrmPeopleController } from './people/crm-people.controller.js';
import { CrmPeopleQueries } from './people/crm-people.queries.js';
import { CrmPollJob } from './polling/crm-poll.job.js';
import { PollMetrics } from './polling/poll-metrics.js';
import { PollTable } from './polling/poll-table.js';
import { PollWarden } from './polling/poll-warden.js';
import { CrmMappingsController } from './mapping/crm-mappings.controller.js';
import { CrmMappingsService } from './mapping/crm-mappings.service.js';
import { MappingPreview } from './mapping/mapping-preview.js';
import { MappingVersions } from './mapping/mapping-versions.js';
import { Planner } from './mapping/planner.js';
import { Wishes } from './mapping/wishes.js';
import { CrmNewsReaction } from './telling/crm-news.reaction.js';
import { CrmTellJob } from './telling/crm-tell.job.js';
import { Timeline } from './timeline/timeline.js';

const changes = [
  ChangeTable,
  CrmChangeReaction,
  CrmChangesQueries,
  CrmCircuit,
  CrmHealthQueries,
  CrmMetrics,
  CrmPushJob,
  CrmRetriesService,
  EntryWriting,
  FieldTable,
  FieldWriting,
  Timeline,
];
const mapping = [CrmMappingsService, MappingPreview, MappingVersions, Planner, Wishes];
const links = [CrmLinksService, LinkedHistory];
const linking = [
  CrmLinkJob,
  CrmLinkReaction,
  CrmPeopleQueries,
  LinkRulesService,
  LinkRuleTable,
  LookupTable,
  MentionTable,
  RecordFinder,
  SpaceReader,
  Suggestions,
  UserTable,
];
const polling = [CrmPollJob, PollMetrics, PollTable, PollWarden];
const telling = [CrmNewsReaction, CrmTellJob];

/** Keeps CRMs in step with what is said in spaces. */
@Module({
  imports: [ConnectionsModule, DeliveriesModule, MessagesModule, OutboxModule, PostsModule, TokensModule],
  controllers: [
    CrmConnectionsController,
    CrmLinksController,
    CrmChangesController,
    CrmMappingsController,
    LinkRulesController,
    CrmPeopleController,
  ],
  providers: [...changes, ...mapping, ...links, ...linking, ...polling, ...telling],
  exports: [
    CrmChangeReaction,
    CrmLinkJob,
    CrmLinkReaction,
    CrmNewsReaction,
    CrmPollJob,
    CrmPushJob,
    CrmTellJob,
    PollTable,
    PollWarden,
  ],
})
export class CrmSyncModule {}
