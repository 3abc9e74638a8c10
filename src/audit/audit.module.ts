import { Global, Module } from '@nestjs/common';
import { AuditController } from './audit.controller.js';
import { AuditLog } from './audit-log.js';
import { AuditQueries } from './audit.queries.js';

/** The log of who did and read what. */
@Global()
@Module({
  controllers: [AuditController],
  providers: [AuditLog, AuditQueries],
  exports: [AuditLog],
})
export class AuditModule {}
