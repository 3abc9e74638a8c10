import { Module } from '@nestjs/common';
import { FeedModule } from '../feed/feed.module.js';
import { MessagesModule } from '../messages/messages.module.js';
import { SpacesModule } from '../spaces/spaces.module.js';
import { ExportPages } from './export-pages.js';
import { ExportStreams } from './export-streams.js';
import { ExportsController } from './exports.controller.js';
import { SpaceExport } from './space-export.js';

/** Everything that a space holds, to take away. */
@Module({
  imports: [FeedModule, MessagesModule, SpacesModule],
  controllers: [ExportsController],
  providers: [ExportPages, ExportStreams, SpaceExport],
})
export class ExportsModule {}
