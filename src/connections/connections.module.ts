import { Module } from '@nestjs/common';
import { ConnectionDirectory } from './connection-directory.js';
import { ConnectionsController } from './connections.controller.js';
import { ConnectionsService } from './connections.service.js';
import { DeclaredConnections } from './declared-connections.js';

/** The apps that call in. */
@Module({
  controllers: [ConnectionsController],
  providers: [ConnectionDirectory, ConnectionsService, DeclaredConnections],
  exports: [ConnectionDirectory, ConnectionsService, DeclaredConnections],
})
export class ConnectionsModule {}
