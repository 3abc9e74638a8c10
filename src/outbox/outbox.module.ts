import { Module } from '@nestjs/common';
import { JobTable } from './job-table.js';
import { JobsController } from './jobs.controller.js';
import { JobsQueries } from './jobs.queries.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxWorker } from './outbox-worker.js';

/** What is to be done over the network, apart from the transactions that want it. */
@Module({
  controllers: [JobsController],
  providers: [JobTable, JobsQueries, OutboxMetrics, OutboxWorker],
  exports: [OutboxWorker, JobTable],
})
export class OutboxModule {}
