import { isJsonObject, type JsonValue } from '../common/json/json.js';
import { type LiaisonEvent } from '../events/event.js';
import { earlier, later } from '../events/latest.js';
import { type ColumnTypes } from '../events/projection-table.js';

/** A value and the source time (ms) at which it was so. */
interface Observed {
  readonly value: JsonValue;
  readonly at: number;
}

export interface SpaceRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly external_id: string;
  /** Every field by its name, properties as `properties.<key>`, each with the time of its last change. */
  readonly fields: Readonly<Record<string, Observed>>;
  readonly title: string | null;
  readonly first_seen_at: Date;
  readonly last_event_at: Date;
  readonly deleted_at: Date | null;
  readonly deleted_by: string | null;
}

export const spaceColumns: ColumnTypes<SpaceRow> = {
  id: 'uuid',
  tenant_id: 'text',
  connection_id: 'uuid',
  platform: 'text',
  external_id: 'text',
  fields: 'jsonb',
  title: 'text',
  first_seen_at: 'timestamptz',
  last_event_at: 'timestamptz',
  deleted_at: 'timestamptz',
  deleted_by: 'text',
};

export const propertyPrefix = 'properties.';

/** What any event tells about its space: that it was alive then, its title at that time, its changes, its end. */
export function applyToSpace(row: SpaceRow | undefined, event: LiaisonEvent): SpaceRow {
  const at = event.occurredAt;
  const observations: Record<string, JsonValue> = {
    ...(event.data.space.title === undefined ? {} : { title: event.data.space.title }),
    ...(event.type === 'space.updated' ? changedFields(event.data.changes) : {}),
  };
  const fields = observe(row?.fields ?? {}, observations, at.getTime());
  const title = fields['title']?.value;
  return {
    id: event.spaceId,
    tenant_id: event.tenantId,
    connection_id: event.connectionId,
    platform: event.platform,
    external_id: event.data.space.externalId,
    fields,
    title: typeof title === 'string' ? title : null,
    first_seen_at: earlier(row?.first_seen_at ?? null, at),
    last_event_at: later(row?.last_event_at ?? null, at),
    ...deletion(row, event),
  };
}

function changedFields(changes: LiaisonEvent<'space.updated'>['data']['changes']): Record<string, JsonValue> {
  const { properties, ...plain } = changes;
  const named = Object.entries(properties ?? {}).map(([key, value]) => [`${propertyPrefix}${key}`, value] as const);
  return { ...plain, ...Object.fromEntries(named) };
}

function observe(
  fields: Readonly<Record<string, Observed>>,
  observations: Readonly<Record<string, JsonValue>>,
  at: number,
): Readonly<Record<string, Observed>> {
  const changed = new Map(Object.entries(fields));
  for (const [name, value] of Object.entries(observations)) {
    const known = changed.get(name);
    const isNews =
      known === undefined || at > known.at || (at === known.at && canonical(value) > canonical(known.value));
    if (isNews) changed.set(name, { value, at });
  }
  // In the order of names, so that equal states are equal texts too.
  return Object.fromEntries([...changed].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** JSON text with the members of objects in one order: Postgres keeps them in an order of its own. */
function canonical(value: JsonValue): string {
  return JSON.stringify(value, (_key, member: JsonValue) =>
    isJsonObject(member) ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1))) : member,
  );
}

/** The end of a space is final; of two reports the earlier one counts. */
function deletion(row: SpaceRow | undefined, event: LiaisonEvent): Pick<SpaceRow, 'deleted_at' | 'deleted_by'> {
  const known = { deleted_at: row?.deleted_at ?? null, deleted_by: row?.deleted_by ?? null };
  if (event.type !== 'space.deleted') return known;
  const by = event.data.actor?.externalId ?? null;
  if (known.deleted_at !== null) {
    const difference = event.occurredAt.getTime() - known.deleted_at.getTime();
    if (difference > 0 || (difference === 0 && (by ?? '') >= (known.deleted_by ?? ''))) return known;
  }
  return { deleted_at: event.occurredAt, deleted_by: by };
}
