import { memberId, type SpaceEvent } from '../events/event.js';
import { type Member } from '../events/event-map.js';
import { earlier, orderOf, supersedes } from '../events/latest.js';
import { type ColumnTypes, type RowChange } from '../events/projection-table.js';

/**
 * One user in one space. Rows of users who only acted hold their name; they are members once a join was reported. A
 * column `x_order` says where the fact that told `x` stands among the facts of the space (see `orderOf`).
 */
export interface MemberRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly space_id: string;
  readonly external_id: string;
  readonly display_name: string | null;
  readonly name_order: number | null;
  readonly email: string | null;
  readonly email_order: number | null;
  readonly role: string | null;
  readonly role_order: number | null;
  readonly joined_at: Date | null;
  readonly joined_order: number | null;
  readonly left_at: Date | null;
  readonly left_order: number | null;
}

export const memberColumns: ColumnTypes<MemberRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  space_id: 'uuid',
  external_id: 'text',
  display_name: 'text',
  name_order: 'float8',
  email: 'text',
  email_order: 'float8',
  role: 'text',
  role_order: 'float8',
  joined_at: 'timestamptz',
  joined_order: 'float8',
  left_at: 'timestamptz',
  left_order: 'float8',
};

/** A member row counts as present in SQL; joining and leaving at the same moment counts as having left. */
export const isMemberSql = `joined_at is not null and (left_at is null or joined_order > left_order)`;

/** The rule of `isMemberSql` over a row in memory. */
export function isMember(row: MemberRow): boolean {
  return row.joined_at !== null && (row.left_at === null || isBack(row));
}

/** A row of somebody who is or was a member in SQL; others only acted in the space. */
export const wasEverMemberSql = `joined_at is not null or left_at is not null`;

/** The rule of `wasEverMemberSql` over a row in memory. */
export function wasEverMember(row: MemberRow): boolean {
  return row.joined_at !== null || row.left_at !== null;
}

/** Whether the row is of somebody who joined again after having left. */
export function isBack(row: MemberRow): boolean {
  return row.joined_order !== null && row.left_order !== null && row.joined_order > row.left_order;
}

/** What an event tells about users of its space: who joined, changed and left, and the names that people act under. */
export function memberChanges(event: SpaceEvent): RowChange<MemberRow>[] {
  const changes: RowChange<MemberRow>[] = [];
  if (event.type === 'member.joined' || event.type === 'member.updated' || event.type === 'member.left') {
    changes.push(change(event, event.data.member, (row) => withPresence(row, event)));
  }
  const { actor } = event.data;
  if (actor?.displayName !== undefined || actor?.email !== undefined) changes.push(change(event, actor, (row) => row));
  return changes;
}

function change(event: SpaceEvent, user: Member, apply: (row: MemberRow) => MemberRow): RowChange<MemberRow> {
  const id = memberId(event.spaceId, user.externalId);
  return { id, apply: (row) => apply(described(row ?? newMember(id, event, user), user, orderOf(event))) };
}

function newMember(id: string, event: SpaceEvent, user: Member): MemberRow {
  return {
    id,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    space_id: event.spaceId,
    external_id: user.externalId,
    display_name: null,
    name_order: null,
    email: null,
    email_order: null,
    role: null,
    role_order: null,
    joined_at: null,
    joined_order: null,
    left_at: null,
    left_order: null,
  };
}

/** The last join and the last leave; of two reports of the same one the earlier time counts. */
function withPresence(row: MemberRow, event: SpaceEvent): MemberRow {
  const order = orderOf(event);
  switch (event.type) {
    case 'member.joined':
      if (row.joined_order !== null && order < row.joined_order) return row;
      return {
        ...row,
        joined_at: order === row.joined_order ? earlier(row.joined_at, event.occurredAt) : event.occurredAt,
        joined_order: order,
      };
    case 'member.left':
      if (row.left_order !== null && order < row.left_order) return row;
      return {
        ...row,
        left_at: order === row.left_order ? earlier(row.left_at, event.occurredAt) : event.occurredAt,
        left_order: order,
      };
    default:
      return row;
  }
}

function described(row: MemberRow, user: Member, order: number): MemberRow {
  const { displayName, email, role } = user;
  return {
    ...row,
    ...(isNews(displayName, order, row.display_name, row.name_order)
      ? { display_name: displayName, name_order: order }
      : {}),
    ...(isNews(email, order, row.email, row.email_order) ? { email, email_order: order } : {}),
    ...(isNews(role, order, row.role, row.role_order) ? { role, role_order: order } : {}),
  };
}

function isNews(
  value: string | undefined,
  order: number,
  stored: string | null,
  storedOrder: number | null,
): value is string {
  if (value === undefined) return false;
  return supersedes({ at: order, rank: 0, text: value }, { at: storedOrder, rank: 0, text: stored ?? '' });
}
