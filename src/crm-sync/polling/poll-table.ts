import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type CrmPlatform } from '../../crm/crm-platform.js';
import { type CrmRecord, type RecordReference } from '../../crm/crm-record.js';
import { polledRecord } from '../../crm/polled-record.js';
import { type ConnectionEnding } from '../../connections/connection-ending.js';
import { type OpenConnection } from '../../connections/open-connection.js';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { DeliveryLog } from '../../deliveries/delivery-log.js';
import { enqueueJobs } from '../../outbox/job.js';
import { crmPollKey, crmPollKind } from './crm-poll.js';

/** How far a connection has been asked. */
export interface PollPlace {
  /** Undefined where it has not been asked yet. */
  readonly position: string | undefined;
}

/** What an answer brought, and where the next question begins. */
export interface PolledPage {
  /** The position that it was the answer to. */
  readonly asked: string | undefined;
  readonly records: readonly CrmRecord[];
  readonly position: string;
  /** When the next question is due; undefined where there is more right now. */
  readonly restMs: number | undefined;
}

interface Owner {
  readonly id: string;
  readonly tenantId: string;
}

const due = `
  select c.id, c.tenant_id as "tenantId"
  from connections c left join crm_polls p on p.connection_id = c.id
  where c.deleted_at is null and c.platform = any($1::text[])
    and (p.connection_id is null or p.next_at <= clock_timestamp() or p.looked_at < c.updated_at
      or exists (select 1 from crm_links l where l.connection_id = c.id and l.state = 'active' and l.created_at > p.looked_at))
    and not exists (select 1 from jobs j where j.connection_id = c.id and j.kind = $2 and j.key = $3)
  order by p.next_at nulls first limit 500`;

/** A poll that was given up must not be the last one. */
const forgetGivenUp = `
  delete from jobs where kind = $1 and key = $2 and state = 'failed'
    and ended_at < clock_timestamp() - make_interval(secs => $3::float8 / 1000)`;

const begin = `
  insert into crm_polls (connection_id, tenant_id, sweep_at)
  select id, tenant_id, clock_timestamp() from connections where id = $1 and deleted_at is null
  on conflict (connection_id) do update set
    looked_at = clock_timestamp(), sweep_at = coalesce(crm_polls.sweep_at, clock_timestamp())`;

/** Only from where the question began: of two that were asked at once, the answer of one counts. */
const moved = (place: (index: number) => string): string => `
  update crm_polls set
    position = ${place(1)}, polled_at = clock_timestamp(),
    caught_up_at = case when ${place(3)}::float8 is null then caught_up_at else sweep_at end,
    sweep_at = case when ${place(3)}::float8 is null then sweep_at end,
    next_at = clock_timestamp() + make_interval(secs => coalesce(${place(3)}::float8, 0) / 1000)
  where connection_id = ${place(0)}::uuid and position is not distinct from ${place(2)}::text
  returning 1`;

const unknownRecords = `
  select distinct l.record_kind as kind, l.record_external_id as "externalId"
  from crm_links l
  where l.connection_id = $1 and l.state = 'active'
    and not exists (select from crm_records r where r.connection_id = l.connection_id and r.kind = l.record_kind
                    and r.external_id = l.record_external_id)
  order by 1, 2 limit 1000`;

/** Which connections are asked when, and how far each has been asked. */
@Injectable()
export class PollTable implements ConnectionEnding {
  constructor(
    private readonly dataSource: DataSource,
    private readonly log: DeliveryLog,
  ) {}

  /** Writes a job for every connection of these platforms whose time has come. */
  enqueueDue(platforms: readonly string[], everyMs: number): Promise<void> {
    return inTransaction(this.dataSource, async (tx) => {
      await tx.query(forgetGivenUp, [crmPollKind, crmPollKey, everyMs]);
      const owners = await rowsOf<Owner>(tx, due, [platforms, crmPollKind, crmPollKey]);
      const jobs = owners.map(({ id, tenantId }) => ({
        tenantId,
        connectionId: id,
        kind: crmPollKind,
        key: crmPollKey,
        payload: {},
        credential: 'app' as const,
      }));
      await enqueueJobs(jobs, tx);
    });
  }

  /** Notes that a connection is being asked; undefined where it was removed. */
  async begin(connectionId: string): Promise<PollPlace | undefined> {
    await this.dataSource.query(begin, [connectionId]);
    return this.place(connectionId);
  }

  async place(connectionId: string): Promise<PollPlace | undefined> {
    const sql = `select position from crm_polls where connection_id = $1`;
    const row = await firstRowOf<{ position: string | null }>(this.dataSource, sql, [connectionId]);
    return row === undefined ? undefined : { position: row.position ?? undefined };
  }

  /**
   * Stores the records as deliveries and moves the position in one statement: after a crash both are there or neither. A version
   * of a record that is stored already is passed over, for ever. An answer to a position that is no longer the last is dropped.
   */
  async store(page: PolledPage, connection: OpenConnection, platform: CrmPlatform): Promise<void> {
    const { asked, records, position, restMs } = page;
    const receivedAt = new Date();
    await this.log.appendAfter(
      records.map((record) => ({
        delivery: polledRecord(record, receivedAt),
        source: {
          tenantId: connection.tenantId,
          connectionId: connection.id,
          platform: platform.id,
          laneKey: `${record.kind}/${record.externalId}`,
          sourceTimeMs: record.changedAt.getTime(),
          platformIndex: undefined,
          retryCount: undefined,
          keptHeaders: ['content-type'],
          identity: record.version,
        },
      })),
      { sql: moved, values: [connection.id, position, asked ?? null, restMs ?? null] },
      this.dataSource,
    );
  }

  /** Records that spaces belong to and that nothing is known of yet. */
  unknownRecords(connectionId: string): Promise<readonly RecordReference[]> {
    return rowsOf<RecordReference>(this.dataSource, unknownRecords, [connectionId]);
  }

  /** The CRM calls us, so it is not asked, and looked at again after that time or when the connection is changed. */
  async rest(connectionId: string, forMs: number): Promise<void> {
    await this.dataSource.query(
      `update crm_polls set position = null, sweep_at = null, caught_up_at = null, polled_at = null,
         next_at = clock_timestamp() + make_interval(secs => $2::float8 / 1000)
       where connection_id = $1`,
      [connectionId, forMs],
    );
  }

  async endWith({ id }: { readonly id: string }, tx: Tx): Promise<void> {
    await tx.query(`delete from crm_polls where connection_id = $1`, [id]);
    await tx.query(`delete from jobs where connection_id = $1 and kind = $2`, [id, crmPollKind]);
  }
}
