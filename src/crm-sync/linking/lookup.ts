import { storableText } from '../../common/json/storable.js';
import { type CrmPerson, type CrmRecord, type RecordKind } from '../../crm/crm-record.js';

/** The longest value that is looked for; longer ones mean no record. */
export const longestKey = 320;

/** What a CRM is asked. */
export interface Lookup {
  readonly by: 'name' | 'number' | 'email' | 'email-domain';
  readonly kind: RecordKind;
  /** As people wrote it. */
  readonly value: string;
}

/** What is kept of a record that was found. */
export interface FoundRecord {
  readonly kind: RecordKind;
  readonly externalId: string;
  readonly name: string;
  readonly url?: string;
  readonly accountExternalId?: string;
  readonly owner?: CrmPerson;
}

/** Two values with one key find the same. */
export function lookupKey(value: string): string {
  return storableText(value).normalize('NFC').trim().toLowerCase();
}

/** Tells lookups of one connection apart. */
export function lookupId({ by, kind, value }: Lookup): string {
  return `${by}/${kind}/${lookupKey(value)}`;
}

export function foundOf({ kind, externalId, name, url, accountExternalId, owner }: CrmRecord): FoundRecord {
  return {
    kind,
    externalId,
    name: storableText(name).slice(0, 500),
    ...(url === undefined ? {} : { url }),
    ...(accountExternalId === undefined ? {} : { accountExternalId }),
    ...(owner === undefined ? {} : { owner }),
  };
}
