import { Module } from '@nestjs/common';
import { ConnectionsModule } from '../connections/connections.module.js';
import { TokensModule } from '../tokens/tokens.module.js';
import { DelegationsController } from './delegations.controller.js';
import { OwnMessages } from './own-messages.js';
import { PostEnds } from './post-ends.js';
import { PostPlacing } from './post-placing.js';
import { PostTurns } from './post-turns.js';
import { PostJob } from './post.job.js';
import { PostsController } from './posts.controller.js';
import { PostsQueries } from './posts.queries.js';
import { PostsService } from './posts.service.js';

/** What we say in spaces, as the app and in the names of users. */
@Module({
  imports: [ConnectionsModule, TokensModule],
  controllers: [PostsController, DelegationsController],
  providers: [PostsService, PostsQueries, PostTurns, PostEnds, PostPlacing, OwnMessages, PostJob],
  exports: [PostJob, PostsService],
})
export class PostsModule {}
