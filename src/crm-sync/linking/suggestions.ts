import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidV7 } from '../../common/ids/uuid-v7.js';
import { type JsonObject } from '../../common/json/json.js';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { holdsLease } from '../../outbox/job-changes.js';
import { type Job } from '../../outbox/job.js';
import { linkColumns, type CrmLinkRow } from '../links/crm-link.dto.js';
import { LinkedHistory } from '../links/linked-history.js';
import { type Candidate } from './candidates.js';
import { makerOf } from './link-rule.js';

/** What became of the suggestions of a space. */
export interface Suggested {
  /** Links that rules made without anybody's confirmation. */
  readonly activated: readonly string[];
}

/** What was looked at. */
export interface LookedAt {
  readonly spaceId: string;
  readonly platform: string;
  /** Undefined for a space that is not there any more. */
  readonly title: string | null | undefined;
}

const beginningOfToday = `date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'`;

const suggest = `
  insert into crm_links (id, tenant_id, connection_id, space_id, record_kind, record_external_id, state, reason,
                         confidence, evidence, since, made_by)
  values ($1, $2, $3, $4, $5, $6, 'suggested', $7, $8, $9, ${beginningOfToday}, $10)
  on conflict (space_id, connection_id, record_kind, record_external_id) where state <> 'removed' do update set
    reason = excluded.reason, confidence = excluded.confidence, evidence = excluded.evidence, made_by = excluded.made_by
  where crm_links.state = 'suggested' and (crm_links.confidence, crm_links.evidence, crm_links.made_by)
    is distinct from (excluded.confidence, excluded.evidence, excluded.made_by)`;

const looked = `
  insert into crm_link_looks (connection_id, space_id, tenant_id, title, looked_at)
  values ($1, $2, $3, $4, clock_timestamp())
  on conflict (connection_id, space_id) do update set title = excluded.title, looked_at = excluded.looked_at`;

/** Keeps what rules suggest for a space in step with what speaks for it. */
@Injectable()
export class Suggestions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly history: LinkedHistory,
  ) {}

  /**
   * Makes the suggestions of a space these: more or less sure ones, new ones, and none where nothing speaks for it any more. What
   * somebody removed or dismissed stays so, and links that are active stay. Answers undefined where the job is not ours any more.
   */
  keep(job: Job, at: LookedAt, candidates: readonly Candidate[]): Promise<Suggested | undefined> {
    return inTransaction(this.dataSource, async (tx) => {
      if (!(await holdsLease(job, tx))) return undefined;
      const links = await this.#links(job, at, tx);
      const isDismissed = (candidate: Candidate): boolean =>
        links.some((link) => link.state === 'removed' && isOf(link, candidate));
      const best = bestOf(candidates.filter((candidate) => !isDismissed(candidate)));
      for (const candidate of best) await tx.query(suggest, parametersOf(job, at, candidate));
      const gone = links.filter((link) => link.state === 'suggested' && !best.some((one) => isOf(link, one)));
      await tx.query(`delete from crm_links where id = any($1::uuid[]) and state = 'suggested'`, [
        gone.map(({ id }) => id),
      ]);
      const activated = await this.#activate(job, at, { best, links }, tx);
      if (at.title === undefined) {
        await tx.query(`delete from crm_link_looks where connection_id = $1 and space_id = $2`, [
          job.connectionId,
          at.spaceId,
        ]);
      } else {
        await tx.query(looked, [job.connectionId, at.spaceId, job.tenantId, at.title]);
      }
      return { activated };
    });
  }

  /** All links of the space, after whoever changes one at this moment has done so; nobody else does until the end of `tx`. */
  async #links({ connectionId }: Job, { spaceId }: LookedAt, tx: Tx): Promise<readonly CrmLinkRow[]> {
    const where = `from crm_links where space_id = $1 and connection_id = $2`;
    await tx.query(`select id ${where} and state <> 'removed' order by id for update`, [spaceId, connectionId]);
    return rowsOf<CrmLinkRow>(tx, `select ${linkColumns} ${where}`, [spaceId, connectionId]);
  }

  /** A space that belongs to a record of the kind already gets no second one without somebody's word. */
  async #activate(
    job: Job,
    at: LookedAt,
    { best, links }: { readonly best: readonly Candidate[]; readonly links: readonly CrmLinkRow[] },
    tx: Tx,
  ): Promise<readonly string[]> {
    const activated: string[] = [];
    const taken = new Set(links.filter(({ state }) => state === 'active').map(({ recordKind }) => recordKind));
    for (const { kind, externalId, activates } of best) {
      if (!activates || taken.has(kind)) continue;
      const link = await firstRowOf<CrmLinkRow>(
        tx,
        `update crm_links set state = 'active' where space_id = $1 and connection_id = $2 and record_kind = $3
           and record_external_id = $4 and state = 'suggested' returning ${linkColumns}`,
        [at.spaceId, job.connectionId, kind, externalId],
      );
      if (link === undefined) continue;
      taken.add(kind);
      await this.history.want(link.id, tx);
      activated.push(link.id);
    }
    return activated;
  }
}

/** Of several rules that find one record the surest counts; those that find different ones do not make both links. */
function bestOf(candidates: readonly Candidate[]): readonly Candidate[] {
  const best = new Map<string, Candidate>();
  for (const candidate of candidates) {
    const key = `${candidate.kind}/${candidate.externalId}`;
    const known = best.get(key);
    if (known === undefined || rank(candidate) > rank(known)) best.set(key, candidate);
  }
  const all = [...best.values()];
  const rivals = (kind: string): number => all.filter((one) => one.activates && one.kind === kind).length;
  return all.map((one) => (rivals(one.kind) > 1 ? { ...one, activates: false } : one));
}

function rank({ activates, confidence }: Candidate): number {
  return (activates ? 1 : 0) + confidence;
}

function isOf({ recordKind, recordExternalId }: CrmLinkRow, { kind, externalId }: Candidate): boolean {
  return recordKind === kind && recordExternalId === externalId;
}

function parametersOf(job: Job, at: LookedAt, candidate: Candidate): readonly unknown[] {
  const { kind, externalId, name, rule, confidence, evidence } = candidate;
  const shown: JsonObject = { rule: { id: rule.id, name: rule.name }, record: { name }, signals: evidence };
  return [
    uuidV7(),
    job.tenantId,
    job.connectionId,
    at.spaceId,
    kind,
    externalId,
    `rule: ${rule.name}`,
    confidence,
    JSON.stringify(shown),
    makerOf(rule.id),
  ];
}
