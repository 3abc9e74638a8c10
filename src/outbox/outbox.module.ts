import { Module } from '@nestjs/common';
import { JobPauses } from './job-pauses.js';
import { JobTable } from './job-table.js';
import { JobsController } from './jobs.controller.js';
import { JobsQueries } from './jobs.queries.js';
import { OutboxMetrics } from './outbox-metrics.js';
import { OutboxWorker } from './outbox-worker.js';

/** What is to be done over the network, apart from the transactions that want it. */
@Module({
  controllers: [JobsController],
  providers: [JobTable, JobPauses, JobsQueries, OutboxMetrics, OutboxWorker],
  exports: [OutboxWorker, JobTable, JobPauses],
})
export class OutboxModule {}
