import { Injectable } from '@nestjs/common';
import { NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { type DeliveriesQuery, type DeliveryDetailDto, type DeliveryDto, type DeliveryStatus } from './delivery.dto.js';

interface DeliveryRow {
  readonly seq: string;
  readonly id: string;
  readonly platform: string;
  readonly connectionId: string;
  readonly receivedAt: Date;
  readonly status: DeliveryStatus;
  readonly reason: string | null;
  readonly detail: string | null;
  readonly laneKey: string;
  readonly scheme: string;
  readonly platformIndex: string | null;
  readonly retryCount: number | null;
  readonly size: number;
  readonly sha256: string;
  readonly headers: Record<string, string>;
}

/*
 * Where a delivery stands follows from the log, its lane and the parked ones; nothing is written per delivery for it.
 */
const status = `
  case when p.kind is not null then p.kind
       when l.position is null or d.seq > l.position then 'waiting'
       else 'translated' end`;

const columns = `
  d.seq, d.id, d.platform, d.connection_id as "connectionId", d.received_at as "receivedAt", ${status} as status,
  p.reason, p.detail, d.lane_key as "laneKey", d.scheme, d.platform_index as "platformIndex",
  d.retry_count as "retryCount", d.size, encode(sha256(d.body), 'hex') as sha256, d.headers`;

const lane = `left join lanes l on l.id = d.lane_id`;
const parkedJoin = `parked_deliveries p on p.connection_id = d.connection_id and p.delivery_seq = d.seq
                    and p.resolved_at is null`;

const cursorKind = 'deliveries';

@Injectable()
export class DeliveriesQueries {
  constructor(private readonly reads: TenantReads) {}

  /** Newest first. Parked ones are found through their own small table, not through the log. */
  async page(tenantId: string, query: DeliveriesQuery): Promise<Page<DeliveryDto>> {
    const before = query.cursor === undefined ? undefined : decodeCursor(cursorKind, ['number'], query.cursor)[0];
    const isParked = query.status === 'dead-letter' || query.status === 'unrecognized';
    const where = new Where()
      .and(tenantId, (place) => `d.tenant_id = ${place}`)
      .and(before, (place) => `${isParked ? 'p.delivery_seq' : 'd.seq'} < ${place}::bigint`)
      .and(query.connectionId, (place) => `d.connection_id = ${place}`)
      .and(query.since, (place) => `d.received_at >= ${place}`)
      .and(query.until, (place) => `d.received_at < ${place}`);
    let from = `deliveries d ${lane} left join ${parkedJoin}`;
    if (isParked) {
      where
        .and(query.status, (place) => `p.kind = ${place}`)
        .and(tenantId, (place) => `p.tenant_id = ${place}`)
        .always('p.resolved_at is null');
      from = `parked_deliveries p join deliveries d on d.seq = p.delivery_seq and d.source_time = p.source_time ${lane}`;
    } else if (query.status !== undefined) {
      where.and(query.status, (place) => `${status} = ${place}`);
    }
    const rows = await this.reads.rows<DeliveryRow>(
      tenantId,
      `select ${columns} from ${from} where ${where.sql}
       order by ${isParked ? 'p.delivery_seq' : 'd.seq'} desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.seq]), toDeliveryDto);
  }

  /** With its body. Throws `NotFound` for an unknown delivery and for another tenant's. */
  async get(tenantId: string, id: string): Promise<DeliveryDetailDto> {
    const row = await this.reads.first<DeliveryRow & { readonly body: Buffer }>(
      tenantId,
      `select ${columns}, d.body from deliveries d ${lane} left join ${parkedJoin} where d.id = $1 and d.tenant_id = $2`,
      [id, tenantId],
    );
    if (row === undefined) throw new NotFound({ detail: 'There is no such delivery.' });
    return { ...toDeliveryDto(row), body: row.body.toString('base64') };
  }
}

function toDeliveryDto(row: DeliveryRow): DeliveryDto {
  return {
    id: row.id,
    platform: row.platform,
    connectionId: row.connectionId,
    receivedAt: row.receivedAt.toISOString(),
    status: row.status,
    reason: row.reason,
    detail: row.detail,
    laneKey: row.laneKey,
    signatureScheme: row.scheme,
    platformIndex: row.platformIndex === null ? null : Number(row.platformIndex),
    retryCount: row.retryCount,
    size: row.size,
    sha256: row.sha256,
    headers: row.headers,
  };
}
