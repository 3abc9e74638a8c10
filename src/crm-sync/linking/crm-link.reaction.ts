import { Injectable } from '@nestjs/common';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { type EventReaction } from '../../events/event-reaction.js';
import { isInSpace, memberId, type LiaisonEvent } from '../../events/event.js';
import { enqueueJobs, type NewJob } from '../../outbox/job.js';
import { isMemberSql } from '../../spaces/member.state.js';
import { linkJobOf } from './crm-link.js';
import { LookupTable } from './lookup-table.js';
import { MentionTable } from './mention-table.js';
import { mostMembers } from './space-reading.js';
import { UserTable } from './user-table.js';

type NewsOfRecord = LiaisonEvent<'crm.record.changed' | 'crm.record.deleted'>;

/** What happened in a space that can change what it belongs to. */
interface Touched {
  readonly id: string;
  hasSpoken: boolean;
  hasMoved: boolean;
}

/*
 * The CRMs that look after these spaces, by a rule or a link, and see something new there: a space or a title that was not looked
 * at, members who came, went or changed, words that a rule reads, or the new address of somebody whom it matters (`lookupsFor`).
 */
const toLookAt = `
  select s.id as "spaceId", s.tenant_id as "tenantId", r.connection_id as "connectionId"
  from json_to_recordset($1::json) as t(id uuid, "hasSpoken" boolean, "hasMoved" boolean)
  join spaces s on s.id = t.id
  cross join lateral (
    select connection_id, bool_or(reads) as reads, bool_or(knows) as knows from (
      select connection_id, signals ? 'text' as reads,
             signals ? 'members' and record_kind in ('account', 'contact') as knows
      from crm_link_rules where tenant_id = s.tenant_id
      union all
      select connection_id, false, true from crm_links where space_id = s.id and state <> 'removed'
      union all
      select connection_id, false, true from crm_link_mentions where space_id = s.id
    ) a group by connection_id
  ) r
  join connections c on c.id = r.connection_id and c.deleted_at is null
  left join crm_link_looks l on l.connection_id = r.connection_id and l.space_id = s.id
  where l.space_id is null or l.title is distinct from s.title or t."hasMoved" or (t."hasSpoken" and r.reads)
    or r.knows and exists (
      select from members m
      where m.id = any($2::uuid[]) and m.space_id = s.id and m.email is not null and ${isMemberSql}
        and not exists (select from crm_lookups k where k.connection_id = r.connection_id and k.by = 'email'
                        and k.kind = 'contact' and k.key = lower(m.email))
        and (select count(*) from members o where o.space_id = s.id) <= ${mostMembers})`;

/** Has spaces looked at again when what they say of their records may have changed. Writes jobs and asks nobody. */
@Injectable()
export class CrmLinkReaction implements EventReaction {
  readonly name = 'crm-links';

  constructor(
    private readonly lookups: LookupTable,
    private readonly mentions: MentionTable,
    private readonly users: UserTable,
  ) {}

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const jobs = await this.#ofSpaces(events, tx);
    for (const event of events) {
      if (event.type === 'crm.record.changed' || event.type === 'crm.record.deleted') {
        jobs.push(...(await this.#ofRecord(event, tx)));
      }
    }
    await enqueueJobs(jobs, tx);
  }

  async #ofSpaces(events: readonly LiaisonEvent[], tx: Tx): Promise<NewJob[]> {
    const touched = new Map<string, Touched>();
    const people = new Set<string>();
    for (const event of events.filter(isInSpace)) {
      const space = touched.get(event.spaceId) ?? { id: event.spaceId, hasSpoken: false, hasMoved: false };
      touched.set(event.spaceId, space);
      if (event.type.startsWith('message.')) space.hasSpoken = true;
      if (event.type.startsWith('member.') || event.type === 'space.deleted') space.hasMoved = true;
      const { actor } = event.data;
      if (actor?.email !== undefined) people.add(memberId(event.spaceId, actor.externalId));
    }
    if (touched.size === 0) return [];
    const rows = await rowsOf<{ tenantId: string; connectionId: string; spaceId: string }>(tx, toLookAt, [
      JSON.stringify([...touched.values()]),
      [...people],
    ]);
    return rows.map(({ tenantId, connectionId, spaceId }) => linkJobOf(tenantId, connectionId, spaceId));
  }

  /** Spaces may have waited for this record, or be suggested for one that is called otherwise by now. */
  async #ofRecord(event: NewsOfRecord, tx: Tx): Promise<readonly NewJob[]> {
    const { tenantId, connectionId, data } = event;
    const record = { kind: data.recordKind, externalId: data.recordExternalId };
    const name = event.type === 'crm.record.changed' ? event.data.name : undefined;
    if (event.type === 'crm.record.changed' && event.data.owner !== undefined) {
      const { externalId, displayName, email } = event.data.owner;
      const owner = {
        externalId,
        ...(displayName === undefined ? {} : { name: displayName }),
        ...(email === undefined ? {} : { email }),
      };
      await this.users.hear({ tenantId, connectionId }, [owner], tx);
    }
    await this.lookups.outdate(connectionId, record, name, tx);
    const spaces = await this.mentions.spacesFor(connectionId, record, name, tx);
    return spaces.map((spaceId) => linkJobOf(tenantId, connectionId, spaceId));
  }
}
