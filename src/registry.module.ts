import { Global, Module } from '@nestjs/common';
import { ApiKeyEntity } from './auth/api-key.entity.js';
import { ConnectionEntity } from './connections/connection.entity.js';
import { EVENT_FOLLOWERS } from './events/event-follower.js';
import { EVENT_PROCESSORS } from './events/event-processor.js';
import { AnnotationProcessor } from './messages/annotation.processor.js';
import { MessageProcessor } from './messages/message.processor.js';
import { MessageSearch } from './messages/message-search.js';
import { ReactionProcessor } from './messages/reaction.processor.js';
import { PLATFORMS } from './platforms/platform.js';
import { watsonWork } from './platforms/watson-work/watson-work.platform.js';
import { SpaceProcessor } from './spaces/space.processor.js';

/** The list of everything that plugs in. A new platform, processor, follower or entity is one line here. */
export const platforms = [watsonWork];
export const entities = [ConnectionEntity, ApiKeyEntity];
const followers = [MessageSearch];
const processors = [SpaceProcessor, MessageProcessor, AnnotationProcessor, ReactionProcessor];

@Global()
@Module({
  providers: [
    { provide: PLATFORMS, useValue: platforms },
    ...processors,
    ...followers,
    { provide: EVENT_FOLLOWERS, useFactory: (...list: unknown[]) => list, inject: followers },
    { provide: EVENT_PROCESSORS, useFactory: (...list: unknown[]) => list, inject: processors },
  ],
  exports: [PLATFORMS, EVENT_PROCESSORS, EVENT_FOLLOWERS],
})
export class RegistryModule {}
