/** The types of objects that the double has, by their names in paths. */
export const objectTypes = {
  companies: { typeId: '0-2', singular: 'company', modified: 'hs_lastmodifieddate' },
  contacts: { typeId: '0-1', singular: 'contact', modified: 'lastmodifieddate' },
  deals: { typeId: '0-3', singular: 'deal', modified: 'hs_lastmodifieddate' },
  tickets: { typeId: '0-5', singular: 'ticket', modified: 'hs_lastmodifieddate' },
  notes: { typeId: '0-46', singular: 'note', modified: 'hs_lastmodifieddate' },
  tasks: { typeId: '0-27', singular: 'task', modified: 'hs_lastmodifieddate' },
} as const;

export type ObjectType = keyof typeof objectTypes;

export function isObjectType(text: string | undefined): text is ObjectType {
  return text !== undefined && Object.hasOwn(objectTypes, text);
}

/** Properties of entries that the double knows; on records it takes every name. */
export const entryProperties: Readonly<Record<'notes' | 'tasks', readonly string[]>> = {
  notes: ['hs_note_body', 'hs_timestamp', 'hubspot_owner_id', 'hs_attachment_ids'],
  tasks: [
    'hs_task_subject',
    'hs_task_body',
    'hs_task_status',
    'hs_task_priority',
    'hs_task_type',
    'hs_timestamp',
    'hubspot_owner_id',
  ],
};

/** HubSpot's ids of unlabelled associations, and what they lead to. */
export const associationTypes: Readonly<Record<'notes' | 'tasks', Readonly<Record<number, ObjectType>>>> = {
  notes: { 202: 'contacts', 190: 'companies', 214: 'deals', 228: 'tickets' },
  tasks: { 204: 'contacts', 192: 'companies', 216: 'deals', 230: 'tickets' },
};

export interface StoredObject {
  readonly id: string;
  readonly type: ObjectType;
  readonly properties: Map<string, string>;
  readonly createdMs: number;
  modifiedMs: number;
  readonly associatedWith: readonly string[];
}

/** What a property reads like, those that HubSpot itself keeps among them. */
export function valueOf(object: StoredObject, name: string): string | undefined {
  if (name === 'hs_object_id') return object.id;
  if (name === objectTypes[object.type].modified) return new Date(object.modifiedMs).toISOString();
  return object.properties.get(name);
}

/** As answers show it, with those properties. */
export function shown(object: StoredObject, names: readonly string[]): Readonly<Record<string, unknown>> {
  const always = ['hs_object_id', objectTypes[object.type].modified];
  return {
    id: object.id,
    properties: Object.fromEntries([...names, ...always].map((name) => [name, valueOf(object, name) ?? null])),
    createdAt: new Date(object.createdMs).toISOString(),
    updatedAt: new Date(object.modifiedMs).toISOString(),
    archived: false,
  };
}
