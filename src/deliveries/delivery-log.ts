import { EventEmitter } from 'node:events';
import { Inject, Injectable } from '@nestjs/common';
import { type Pool } from 'pg';
import { type DataSource } from 'typeorm';
import { storableText } from '../common/json/storable.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { fingerprint, laneId } from '../common/security/fingerprint.js';
import { Metrics } from '../common/observability/metrics.js';
import { ACK_POOL } from '../database/ack-pool.js';
import { queryHeader, type VerifiedDelivery } from './delivery.js';
import { GroupCommit } from '../database/group-commit.js';
import { rowsOf } from '../database/rows.js';
import { insertDeliveries, insertDeliveriesAfter, type DoneBefore, type NewDelivery } from './insert-deliveries.js';

/** Who called and what the platform's reading said; the rest of a row follows from the delivery. */
export interface DeliverySource {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly platform: string;
  readonly laneKey: string;
  readonly sourceTimeMs: number | undefined;
  readonly platformIndex: number | undefined;
  readonly retryCount: number | undefined;
  readonly keptHeaders: readonly string[];
  /** Told apart from another delivery of the same bytes by this; calls of a platform are told apart by their bytes. */
  readonly identity?: string;
}

/**
 * The time part of the dedupe key must be the same in every retry, so where the body has no usable time it is this
 * constant, never our clock. It lies outside of all monthly partitions.
 */
export const noSourceTimeMs = Date.UTC(1970, 0, 1);
const earliestSourceTimeMs = Date.UTC(2000, 0, 1);
const latestSourceTimeMs = Date.UTC(2100, 0, 1);

const longestLaneKey = 200;
const longestKeptHeader = 1_000;

/** The raw log: what it acknowledged is committed, byte for byte. */
@Injectable()
export class DeliveryLog {
  /** Says `stored` after each commit, so that workers in this process need not wait for their next poll. */
  readonly wakeUps = new EventEmitter<{ stored: [] }>();
  readonly #commits: GroupCommit<NewDelivery>;

  constructor(
    @Inject(ACK_POOL) private readonly pool: Pool,
    private readonly metrics: Metrics,
  ) {
    this.#commits = new GroupCommit({
      noun: 'delivery',
      flush: (batch) => this.#flush(batch),
      sizeOf: (row) => row.body.length + 500,
      maxItems: 500,
      maxBytes: 8 * 1024 * 1024,
      maxWaiting: 20_000,
      maxWaitingBytes: 256 * 1024 * 1024,
      deadlineMs: 2_400,
    });
    metrics.gauge(
      'liaison_commit_waiting_deliveries',
      'Deliveries that wait for a group commit',
      () => this.#commits.waiting,
    );
  }

  /**
   * Stores a verified delivery and resolves when Postgres has committed it, or has it already from an earlier copy.
   * Rejects with `StorageUnavailable` when that cannot be said in time.
   */
  async append(delivery: VerifiedDelivery, source: DeliverySource): Promise<void> {
    await this.#commits.add(toRow(delivery, source));
  }

  /**
   * Stores deliveries that we asked for ourselves, in the statement of `before`, which moves the place in what is asked for: both
   * are there afterwards, or neither. Not by the pool of acknowledgements, so no call that comes in waits for it.
   */
  async appendAfter(
    deliveries: readonly { readonly delivery: VerifiedDelivery; readonly source: DeliverySource }[],
    before: DoneBefore,
    dataSource: DataSource,
  ): Promise<void> {
    const batch = deliveries.map(({ delivery, source }) => toRow(delivery, source));
    const { text, values = [] } = insertDeliveriesAfter(batch, before);
    const stored = await rowsOf(dataSource, `${text} returning 1`, values);
    this.#tell(batch.length, stored.length);
  }

  /** Resolves when nothing waits any more. */
  drained(): Promise<void> {
    return this.#commits.drained();
  }

  async #flush(batch: readonly NewDelivery[]): Promise<void> {
    const result = await this.pool.query(insertDeliveries(batch));
    this.metrics.batchSize.observe(batch.length);
    this.#tell(batch.length, result.rowCount ?? 0);
  }

  #tell(all: number, stored: number): void {
    this.metrics.deliveries.inc({ outcome: 'stored' }, stored);
    if (stored < all) this.metrics.deliveries.inc({ outcome: 'duplicate' }, all - stored);
    if (stored > 0) this.wakeUps.emit('stored');
  }
}

function toRow(delivery: VerifiedDelivery, source: DeliverySource): NewDelivery {
  const { laneKey, sourceTimeMs } = source;
  const key = storableText(laneKey.slice(0, longestLaneKey));
  return {
    id: uuidV7(delivery.receivedAt.getTime()),
    tenantId: source.tenantId,
    connectionId: source.connectionId,
    platform: source.platform,
    laneId: laneId(source.connectionId, key),
    laneKey: key,
    sourceTimeMs:
      sourceTimeMs !== undefined && sourceTimeMs >= earliestSourceTimeMs && sourceTimeMs < latestSourceTimeMs
        ? sourceTimeMs
        : noSourceTimeMs,
    receivedAt: delivery.receivedAt,
    fingerprint:
      source.identity === undefined
        ? fingerprint(delivery.body)
        : fingerprint(Buffer.concat([Buffer.from(`${source.identity}\n`), delivery.body])),
    scheme: delivery.scheme,
    platformIndex: source.platformIndex,
    retryCount: source.retryCount,
    headers: keptHeaders(delivery, source.keptHeaders),
    body: delivery.body,
  };
}

function keptHeaders(delivery: VerifiedDelivery, names: readonly string[]): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const name of names) {
    const value = delivery.headers[name];
    if (value !== undefined) {
      const text = typeof value === 'string' ? value : value.join(', ');
      kept[name] = text.length > longestKeptHeader ? text.slice(0, longestKeptHeader) : text;
    }
  }
  if (delivery.query !== '') kept[queryHeader] = storableText(delivery.query.slice(0, longestKeptHeader));
  return kept;
}
