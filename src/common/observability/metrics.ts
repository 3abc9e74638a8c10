import { Injectable } from '@nestjs/common';
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

/** Every figure that we expose, in one place; names follow the Prometheus conventions (base units, `_total`). */
@Injectable()
export class Metrics {
  readonly registry = new Registry();

  readonly deliveries = new Counter({
    name: 'liaison_deliveries_total',
    help: 'Webhook calls by outcome (stored, duplicate, handshake, heartbeat, refused, unavailable)',
    labelNames: ['outcome'] as const,
    registers: [this.registry],
  });
  readonly refusals = new Counter({
    name: 'liaison_signature_refusals_total',
    help: 'Refused webhook calls by platform and reason',
    labelNames: ['platform', 'reason'] as const,
    registers: [this.registry],
  });
  readonly acknowledgement = new Histogram({
    name: 'liaison_ack_duration_seconds',
    help: 'From a verified call to its commit',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 3],
    registers: [this.registry],
  });
  readonly batchSize = new Histogram({
    name: 'liaison_commit_batch_deliveries',
    help: 'Deliveries in one group commit',
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers: [this.registry],
  });
  readonly translated = new Counter({
    name: 'liaison_translated_deliveries_total',
    help: 'Deliveries that went through a lane, by outcome (facts, unrecognized, dead-letter)',
    labelNames: ['platform', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly events = new Counter({
    name: 'liaison_events_appended_total',
    help: 'Facts appended to the log',
    labelNames: ['type'] as const,
    registers: [this.registry],
  });
  readonly laneBatch = new Histogram({
    name: 'liaison_lane_batch_duration_seconds',
    help: 'One transaction of a lane worker',
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10],
    registers: [this.registry],
  });
  readonly laneFailures = new Counter({
    name: 'liaison_lane_failures_total',
    help: 'Transactions of a lane worker that were rolled back',
    registers: [this.registry],
  });
  readonly jobs = new Counter({
    name: 'liaison_jobs_total',
    help: 'Tries of outbox jobs by outcome (done, retry, pause, parked, failed)',
    labelNames: ['kind', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly crmChanges = new Counter({
    name: 'liaison_crm_changes_total',
    help: 'Tries of changes in CRMs by CRM and outcome (synced, removed, skipped, again, unknown, failed)',
    labelNames: ['platform', 'outcome'] as const,
    registers: [this.registry],
  });
  readonly crmLag = new Histogram({
    name: 'liaison_crm_lag_seconds',
    help: 'From when we learned a fact until the CRM had it, by CRM',
    labelNames: ['platform'] as const,
    buckets: [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3_600, 14_400, 86_400],
    registers: [this.registry],
  });
  readonly grantsLost = new Counter({
    name: 'liaison_grants_lost_total',
    help: 'Grants that need their user to consent again, by reason (refused, answer-lost)',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });
  readonly feedStreamsEnded = new Counter({
    name: 'liaison_feed_streams_ended_total',
    help: 'Streams of the change feed that ended, by reason (reader-left, reader-stalled, caller-ended, stopping, failed)',
    labelNames: ['reason'] as const,
    registers: [this.registry],
  });

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  /** A figure that is read when somebody scrapes. A failing read leaves it out rather than failing the scrape. */
  gauge(name: string, help: string, read: () => number | undefined | Promise<number | undefined>): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      async collect() {
        const value = await Promise.resolve(read()).catch(() => undefined);
        if (value === undefined) this.reset();
        else this.set(value);
      },
    });
  }

  /** As `gauge`, with a figure for each value of a label. */
  gaugeBy(
    name: string,
    help: string,
    label: string,
    read: () => Promise<ReadonlyMap<string, number> | undefined>,
  ): void {
    new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      async collect() {
        const values = await read().catch(() => undefined);
        this.reset();
        for (const [value, figure] of values ?? []) this.set({ [label]: value }, figure);
      },
    });
  }
}
