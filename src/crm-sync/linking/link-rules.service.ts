import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Caller } from '../../auth/caller.js';
import { InvalidInput, NotFound, type InputFault } from '../../common/errors/liaison-error.js';
import { encodeCursor, startOf, toPage, type Page } from '../../common/http/page.js';
import { uuidV7 } from '../../common/ids/uuid-v7.js';
import { ConnectionsService } from '../../connections/connections.service.js';
import { isCrm } from '../../crm/crm-platform.js';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { Where } from '../../database/where.js';
import { enqueueJobs } from '../../outbox/job.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { crmLinkKind, linkJobOf } from './crm-link.js';
import { LinkPattern } from './link-pattern.js';
import { ruleColumns } from './link-rule-table.js';
import {
  toLinkRuleDto,
  type CreateLinkRule,
  type LinkRuleDto,
  type LinkRuleRow,
  type LinkRulesQuery,
} from './link-rule.dto.js';
import { makerOf } from './link-rule.js';

const cursorKind = 'crm-link-rules';
/** The spaces that a new rule looks at; older ones have their turn when something happens there. */
const spacesAtOnce = 5_000;

/* Entries that are to be written in the CRM need not wait until all spaces were looked at. */
const oneByOne = `
  update jobs j set run_at = clock_timestamp() + w.place * interval '100 ms'
  from unnest($3::text[]) with ordinality as w(key, place)
  where j.connection_id = $1 and j.kind = $2 and j.key = w.key and j.state = 'waiting' and j.attempts = 0
    and w.place > 20`;

/** How spaces find their records. */
@Injectable()
export class LinkRulesService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly connections: ConnectionsService,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /**
   * Throws `NotFound` for an unknown CRM connection, and `InvalidInput` for a kind of record that the CRM does not have, a pattern
   * that cannot be used, and too few signals.
   */
  async create(caller: Caller, request: CreateLinkRule): Promise<LinkRuleDto> {
    const { tenantId } = caller;
    const { connectionId, name, recordKind, signals, activate, threshold } = request;
    const { connection } = await this.connections.get(tenantId, connectionId, 'crm');
    const faults = [...this.#kindFaults(connection.platform, recordKind), ...signalFaults(request)];
    if (faults.length > 0) throw new InvalidInput({ detail: 'The rule cannot be used.', faults });
    return inTransaction(this.dataSource, async (tx) => {
      const row = await firstRowOf<LinkRuleRow>(
        tx,
        `insert into crm_link_rules (id, tenant_id, connection_id, name, record_kind, signals, activate, threshold, made_by)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9) returning ${ruleColumns}`,
        [
          uuidV7(),
          tenantId,
          connectionId,
          name,
          recordKind,
          JSON.stringify(signals),
          activate,
          threshold,
          caller.subject,
        ],
      );
      if (row === undefined) throw new Error('a row that was written is not there');
      const spaces = await rowsOf<{ id: string }>(
        tx,
        `select id from spaces where tenant_id = $1 and deleted_at is null
         order by last_event_at desc limit ${spacesAtOnce}`,
        [tenantId],
      );
      await enqueueJobs(
        spaces.map(({ id }) => linkJobOf(tenantId, connectionId, id)),
        tx,
      );
      await tx.query(oneByOne, [connectionId, crmLinkKind, spaces.map(({ id }) => id)]);
      return toLinkRuleDto(row);
    });
  }

  /** Newest first. */
  async page(tenantId: string, query: LinkRulesQuery): Promise<Page<LinkRuleDto>> {
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(startOf(cursorKind, ['id'], query)?.[0], (place) => `id < ${place}::uuid`)
      .and(query.connectionId, (place) => `connection_id = ${place}`);
    const rows = await this.reads.rows<LinkRuleRow>(
      tenantId,
      `select ${ruleColumns} from crm_link_rules where ${where.sql}
       order by id desc limit ${where.place(query.limit + 1)}`,
      where.parameters,
    );
    return toPage(rows, query.limit, (row) => encodeCursor(cursorKind, [row.id]), toLinkRuleDto);
  }

  /** Throws `NotFound` for an unknown rule and for another tenant's. */
  async get(tenantId: string, id: string): Promise<LinkRuleDto> {
    const row = await this.reads.first<LinkRuleRow>(
      tenantId,
      `select ${ruleColumns} from crm_link_rules where tenant_id = $1 and id = $2`,
      [tenantId, id],
    );
    if (row === undefined) throw unknownRule();
    return toLinkRuleDto(row);
  }

  /** Ends a rule with what it suggested; other rules look whether they suggest the same. Throws as `get`. */
  async remove(tenantId: string, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [gone] = await rowsOf<{ connectionId: string }>(
        tx,
        `delete from crm_link_rules where tenant_id = $1 and id = $2 returning connection_id as "connectionId"`,
        [tenantId, id],
      );
      if (gone === undefined) throw unknownRule();
      await tx.query(`delete from crm_link_mentions where rule_id = $1`, [id]);
      await this.#withdraw(tenantId, { ruleId: id, connectionId: gone.connectionId }, tx);
    });
  }

  async #withdraw(
    tenantId: string,
    { ruleId, connectionId }: { readonly ruleId: string; readonly connectionId: string },
    tx: Tx,
  ): Promise<void> {
    const rows = await rowsOf<{ spaceId: string }>(
      tx,
      `delete from crm_links where connection_id = $1 and tenant_id = $2 and state = 'suggested' and made_by = $3
       returning space_id as "spaceId"`,
      [connectionId, tenantId, makerOf(ruleId)],
    );
    const jobs = rows.map(({ spaceId }) => linkJobOf(tenantId, connectionId, spaceId));
    await enqueueJobs(jobs, tx);
  }

  #kindFaults(platformId: string, kind: string): readonly InputFault[] {
    const platform = this.platforms.find(({ id }) => id === platformId);
    const kinds: readonly string[] = platform !== undefined && isCrm(platform) ? platform.connector.recordKinds : [];
    return kinds.includes(kind) ? [] : [{ pointer: '/recordKind', detail: `must be one of ${kinds.join(', ')}` }];
  }
}

function signalFaults({ signals, activate }: CreateLinkRule): readonly InputFault[] {
  const faults: InputFault[] = [];
  for (const kind of ['title', 'text'] as const) {
    const pattern = signals[kind]?.pattern;
    if (pattern === undefined) continue;
    try {
      LinkPattern.of(pattern);
    } catch (error) {
      const detail = error instanceof Error ? error.message : 'cannot be used';
      faults.push({ pointer: `/signals/${kind}/pattern`, detail });
    }
  }
  const count = [signals.title, signals.text, signals.members].filter((signal) => signal !== undefined).length;
  if (count === 0) faults.push({ pointer: '/signals', detail: 'must have one signal at least' });
  if (activate && count === 1) faults.push({ pointer: '/activate', detail: 'needs two signals at least' });
  return faults;
}

function unknownRule(): NotFound {
  return new NotFound({ detail: 'There is no such rule.' });
}
