import { Injectable } from '@nestjs/common';
import { firstRowOf, rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { type EventReaction } from '../../events/event-reaction.js';
import { type LiaisonEvent } from '../../events/event.js';
import { enqueueJobs } from '../../outbox/job.js';
import { crmTellKind } from './crm-tell.js';
import { learned, newsOf, sentenceOf, type KnownRecord, type RecordNews } from './record-news.js';

type ChangeOfRecord = LiaisonEvent<'crm.record.changed'>;

interface KnownRow {
  readonly told: KnownRecord;
  readonly isLate: boolean;
}

/** Tells the spaces that belong to a record what became of it there. What we write in the CRM ourselves is no news. */
@Injectable()
export class CrmNewsReaction implements EventReaction {
  readonly name = 'crm-news';

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    for (const event of events) if (event.type === 'crm.record.changed') await this.#hear(event, tx);
  }

  async #hear(event: ChangeOfRecord, tx: Tx): Promise<void> {
    const { subjectId, tenantId, connectionId, data: fact, occurredAt } = event;
    const known = await firstRowOf<KnownRow>(
      tx,
      `select told, told_at > $2 as "isLate" from crm_records where id = $1 for update`,
      [subjectId, occurredAt],
    );
    // Something newer was heard already; this tells only what that left out.
    const told = known?.isLate === true ? learned(fact, known.told) : learned(known?.told, fact);
    await tx.query(
      `insert into crm_records (id, tenant_id, connection_id, kind, external_id, told, told_at)
       values ($1, $2, $3, $4, $5, $6, $7)
       on conflict (id) do update set told = excluded.told, told_at = greatest(crm_records.told_at, excluded.told_at)`,
      [subjectId, tenantId, connectionId, fact.recordKind, fact.recordExternalId, JSON.stringify(told), occurredAt],
    );
    const news = known?.isLate === true ? undefined : newsOf(known?.told, fact);
    if (news !== undefined && !(await this.#isBeingSet(event, tx))) await this.#tell(event, news, tx);
  }

  /** Whether we are setting fields of the record at this moment: what is heard of it then is most likely our own. */
  async #isBeingSet({ connectionId, data }: ChangeOfRecord, tx: Tx): Promise<boolean> {
    const found = await firstRowOf(
      tx,
      `select 1 from crm_changes where connection_id = $1 and record_kind = $2 and record_external_id = $3
         and form = 'fields' and state in ('sending', 'unknown')`,
      [connectionId, data.recordKind, data.recordExternalId],
    );
    return found !== undefined;
  }

  async #tell(event: ChangeOfRecord, news: RecordNews, tx: Tx): Promise<void> {
    const { tenantId, connectionId, data } = event;
    const links = await rowsOf<{ spaceId: string }>(
      tx,
      `select distinct space_id as "spaceId" from crm_links
       where connection_id = $1 and record_kind = $2 and record_external_id = $3 and state = 'active' and tells
       order by 1`,
      [connectionId, data.recordKind, data.recordExternalId],
    );
    const { owner } = news.record;
    const asked = owner?.displayName ?? owner?.email ?? owner?.externalId;
    const jobs = links.map(({ spaceId }) => ({
      tenantId,
      connectionId,
      kind: crmTellKind,
      key: `${event.id}/${spaceId}`,
      payload: {
        spaceId,
        text: sentenceOf(news),
        textOfApp: sentenceOf(news, asked),
        ownerEmail: owner?.email ?? null,
      },
    }));
    await enqueueJobs(jobs, tx);
  }
}
