import { Injectable } from '@nestjs/common';
import { rowsOf } from '../../database/rows.js';
import { type Tx } from '../../database/transaction.js';
import { type EventReaction } from '../../events/event-reaction.js';
import { type LiaisonEvent } from '../../events/event.js';
import { ChangeTable, type WantedDay } from './change-table.js';

/*
 * The days on which these messages stand, at every record that their spaces belong to. One that was moved to another day by a
 * later fact leaves the day where it stood; that day is wanted again where it was ever written.
 */
const daysOf = `
  select distinct on (l.id, d.day)
         l.id as "linkId", l.tenant_id as "tenantId", l.connection_id as "connectionId", c.platform, l.space_id as "spaceId",
         l.record_kind as "recordKind", l.record_external_id as "recordExternalId", d.day, m.id as "messageId"
  from messages m
  join crm_links l on l.space_id = m.space_id and l.state = 'active' and m.sort_at >= l.since
  join connections c on c.id = l.connection_id and c.deleted_at is null
  cross join lateral (
    select distinct to_char(t.at at time zone 'UTC', 'YYYY-MM-DD') as day, t.at = m.sort_at as own
    from (values (m.sort_at), (m.edited_at), (m.deleted_at)) as t(at) where t.at is not null
  ) d
  where m.id = any($1::uuid[])
    and (d.own or exists (select from crm_changes k where k.link_id = l.id and k.day = d.day::date))
  order by l.id, d.day, d.own desc`;

type Found = Omit<WantedDay, 'eventId' | 'learnedAt'> & { readonly messageId: string };

/** Whatever is said, changed or taken back in a space that belongs to a record shall stand there. */
@Injectable()
export class CrmChangeReaction implements EventReaction {
  readonly name = 'crm-changes';

  constructor(private readonly table: ChangeTable) {}

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const causes = new Map<string, LiaisonEvent>();
    for (const event of events) {
      const isShown = event.type.startsWith('message.') || event.type.startsWith('annotation.');
      if (isShown && event.messageId !== null) causes.set(event.messageId, event);
    }
    if (causes.size === 0) return;
    const found = await rowsOf<Found>(tx, daysOf, [[...causes.keys()]]);
    const days = found.flatMap(({ messageId, ...day }): WantedDay[] => {
      const cause = causes.get(messageId);
      return cause === undefined ? [] : [{ ...day, eventId: cause.id, learnedAt: cause.learnedAt }];
    });
    await this.table.want(days, tx);
  }
}
