import { type JsonValue } from '../common/json/json.js';
import { type LiaisonEvent, type SpaceEvent } from '../events/event.js';
import { earlier, later, orderOf } from '../events/latest.js';
import { observe, type ObservedFields } from '../events/observed-fields.js';
import { type ColumnTypes } from '../events/projection-table.js';

export interface SpaceRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly connection_id: string;
  readonly platform: string;
  readonly external_id: string;
  /** Every field by its name, properties as `properties.<key>`, each with the place of its last change. */
  readonly fields: ObservedFields;
  readonly title: string | null;
  readonly first_seen_at: Date;
  readonly last_event_at: Date;
  /** When we learned of it. */
  readonly learned_at: Date;
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
  learned_at: 'timestamptz',
  deleted_at: 'timestamptz',
  deleted_by: 'text',
};

export const propertyPrefix = 'properties.';

/**
 * What any event tells about its space: that it was alive then, its title and whose it is, its changes, its end. What is
 * taken from any event must be known to `events/past/tellings.ts`.
 */
export function applyToSpace(row: SpaceRow | undefined, event: SpaceEvent): SpaceRow {
  const at = event.occurredAt;
  const { title: toldTitle, organizationExternalId } = event.data.space;
  const observations: Record<string, JsonValue> = {
    ...(toldTitle === undefined ? {} : { title: toldTitle }),
    ...(organizationExternalId === undefined ? {} : { organizationExternalId }),
    ...(event.type === 'space.updated' ? changedFields(event.data.changes) : {}),
  };
  const fields = observe(row?.fields ?? {}, observations, orderOf(event));
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
    learned_at: earlier(row?.learned_at ?? null, event.learnedAt),
    ...deletion(row, event),
  };
}

function changedFields(changes: LiaisonEvent<'space.updated'>['data']['changes']): Record<string, JsonValue> {
  const { properties, ...plain } = changes;
  const named = Object.entries(properties ?? {}).map(([key, value]) => [`${propertyPrefix}${key}`, value] as const);
  return { ...plain, ...Object.fromEntries(named) };
}

/** The end of a space is final; of two reports the earlier one counts. */
function deletion(row: SpaceRow | undefined, event: SpaceEvent): Pick<SpaceRow, 'deleted_at' | 'deleted_by'> {
  const known = { deleted_at: row?.deleted_at ?? null, deleted_by: row?.deleted_by ?? null };
  if (event.type !== 'space.deleted') return known;
  const by = event.data.actor?.externalId ?? null;
  if (known.deleted_at !== null) {
    const difference = event.occurredAt.getTime() - known.deleted_at.getTime();
    if (difference > 0 || (difference === 0 && (by ?? '') >= (known.deleted_by ?? ''))) return known;
  }
  return { deleted_at: event.occurredAt, deleted_by: by };
}
