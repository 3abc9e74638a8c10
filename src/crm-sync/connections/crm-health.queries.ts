import { Injectable } from '@nestjs/common';
import { TenantReads } from '../../database/tenant-reads.js';
import { crmPollKind } from '../polling/crm-poll.js';
import { type CrmHealthDto, type CrmPollingDto } from './crm-health.dto.js';

interface HealthRow {
  readonly pending: number;
  readonly pendingSince: Date | null;
  readonly unknown: number;
  readonly failed: number;
  readonly lastSyncedAt: Date | null;
  readonly pausedUntil: Date | null;
  readonly reason: string | null;
}

const health = `
  select (count(*) filter (where state in ('pending', 'sending', 'unknown')))::int as pending,
         min(waits_since) filter (where state in ('pending', 'sending', 'unknown')) as "pendingSince",
         (count(*) filter (where state = 'unknown'))::int as unknown,
         (count(*) filter (where state = 'failed'))::int as failed,
         max(synced_at) as "lastSyncedAt",
         (select min(run_at) from jobs j where j.tenant_id = $1 and j.connection_id = $2 and j.state = 'waiting'
          and j.run_at > clock_timestamp() and j.last_reason is not null) as "pausedUntil",
         (select last_reason from jobs j where j.tenant_id = $1 and j.connection_id = $2
          and j.state in ('waiting', 'parked') order by (j.state = 'parked') desc, j.run_at limit 1) as reason
  from crm_changes where tenant_id = $1 and connection_id = $2`;

interface PollingRow {
  readonly lastPolledAt: Date | null;
  readonly caughtUpAt: Date | null;
  readonly nextPollAt: Date;
  readonly reason: string | null;
}

/* A CRM that calls us has a row without a place, or none. */
const polling = `
  select p.polled_at as "lastPolledAt", p.caught_up_at as "caughtUpAt",
         coalesce(j.run_at, p.next_at) as "nextPollAt", j.last_reason as reason
  from crm_polls p
  left join jobs j on j.connection_id = p.connection_id and j.kind = '${crmPollKind}' and j.tenant_id = $1
  where p.tenant_id = $1 and p.connection_id = $2 and (p.sweep_at is not null or p.position is not null)
  limit 1`;

/** How far CRMs are in step. */
@Injectable()
export class CrmHealthQueries {
  constructor(private readonly reads: TenantReads) {}

  async of(tenantId: string, connectionId: string): Promise<CrmHealthDto> {
    const row = await this.reads.first<HealthRow>(tenantId, health, [tenantId, connectionId]);
    return {
      pending: row?.pending ?? 0,
      pendingSince: row?.pendingSince?.toISOString() ?? null,
      unknown: row?.unknown ?? 0,
      failed: row?.failed ?? 0,
      lastSyncedAt: row?.lastSyncedAt?.toISOString() ?? null,
      pausedUntil: row?.pausedUntil?.toISOString() ?? null,
      reason: row?.reason ?? null,
      polling: await this.#polling(tenantId, connectionId),
    };
  }

  async #polling(tenantId: string, connectionId: string): Promise<CrmPollingDto | null> {
    const row = await this.reads.first<PollingRow>(tenantId, polling, [tenantId, connectionId]);
    if (row === undefined) return null;
    return {
      lastPolledAt: row.lastPolledAt?.toISOString() ?? null,
      caughtUpAt: row.caughtUpAt?.toISOString() ?? null,
      nextPollAt: row.nextPollAt.toISOString(),
      reason: row.reason,
    };
  }
}
