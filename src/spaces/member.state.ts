import { memberId, type LiaisonEvent } from '../events/event.js';
import { type Actor } from '../events/event-map.js';
import { later, supersedes } from '../events/latest.js';
import { type ColumnTypes, type RowChange } from '../events/projection-table.js';

/** One user in one space. Rows of users who only acted hold their name; they are members once a join was reported. */
export interface MemberRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly external_id: string;
  readonly display_name: string | null;
  readonly named_at: Date | null;
  readonly joined_at: Date | null;
  readonly left_at: Date | null;
}

export const memberColumns: ColumnTypes<MemberRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  external_id: 'text',
  display_name: 'text',
  named_at: 'timestamptz',
  joined_at: 'timestamptz',
  left_at: 'timestamptz',
};

/** A member row counts as present in SQL; joining and leaving in the same millisecond counts as having left. */
export const isMemberSql = `joined_at is not null and (left_at is null or joined_at > left_at)`;

/** What an event tells about users of its space: who joined, who left, and the names that people act under. */
export function memberChanges(event: LiaisonEvent): RowChange<MemberRow>[] {
  const changes: RowChange<MemberRow>[] = [];
  if (event.type === 'member.joined' || event.type === 'member.left') {
    const joined = event.type === 'member.joined';
    changes.push(
      change(event, event.data.member, (row) => ({
        ...row,
        ...(joined
          ? { joined_at: later(row.joined_at, event.occurredAt) }
          : { left_at: later(row.left_at, event.occurredAt) }),
      })),
    );
  }
  if (event.data.actor?.displayName !== undefined) changes.push(change(event, event.data.actor, (row) => row));
  return changes;
}

function change(event: LiaisonEvent, user: Actor, apply: (row: MemberRow) => MemberRow): RowChange<MemberRow> {
  const id = memberId(event.spaceId, user.externalId);
  return { id, apply: (row) => apply(named(row ?? newMember(id, event, user), user, event.occurredAt)) };
}

function newMember(id: string, event: LiaisonEvent, user: Actor): MemberRow {
  return {
    id,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    external_id: user.externalId,
    display_name: null,
    named_at: null,
    joined_at: null,
    left_at: null,
  };
}

function named(row: MemberRow, user: Actor, at: Date): MemberRow {
  const name = user.displayName;
  if (name === undefined) return row;
  const stored = { at: row.named_at, rank: 0, text: row.display_name ?? '' };
  return supersedes({ at, rank: 0, text: name }, stored) ? { ...row, display_name: name, named_at: at } : row;
}
