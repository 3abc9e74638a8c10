import { type EntryForm, type RecordKind } from '../crm-record.js';

/** A type of HubSpot's records that spaces are linked to. */
export interface HubSpotRecordType {
  readonly kind: RecordKind;
  /** In paths of the API. */
  readonly path: string;
  /** In the names of webhook subscriptions, as in `deal.creation`. */
  readonly singular: string;
  /** In webhooks of the kind `object.creation`, and in addresses that people look at. */
  readonly typeId: string;
  readonly modified: 'hs_lastmodifieddate' | 'lastmodifieddate';
  /** What is read of it. */
  readonly properties: readonly string[];
}

const owner = 'hubspot_owner_id';

export const recordTypes: Readonly<Record<RecordKind, HubSpotRecordType>> = {
  account: {
    kind: 'account',
    path: 'companies',
    singular: 'company',
    typeId: '0-2',
    modified: 'hs_lastmodifieddate',
    properties: ['name', 'domain', owner],
  },
  contact: {
    kind: 'contact',
    path: 'contacts',
    singular: 'contact',
    typeId: '0-1',
    // The one type whose property has no prefix.
    modified: 'lastmodifieddate',
    properties: ['firstname', 'lastname', 'email', 'hs_additional_emails', 'associatedcompanyid', owner],
  },
  opportunity: {
    kind: 'opportunity',
    path: 'deals',
    singular: 'deal',
    typeId: '0-3',
    modified: 'hs_lastmodifieddate',
    properties: [
      'dealname',
      'dealstage',
      'amount',
      'deal_currency_code',
      'closedate',
      'hs_is_closed',
      'hs_is_closed_won',
      'hs_primary_associated_company',
      owner,
    ],
  },
  case: {
    kind: 'case',
    path: 'tickets',
    singular: 'ticket',
    typeId: '0-5',
    modified: 'hs_lastmodifieddate',
    properties: ['subject', 'hs_pipeline_stage', owner],
  },
};

/** How an entry is kept. */
export interface HubSpotEntryType {
  /** In paths of the API. */
  readonly path: 'notes' | 'tasks';
  readonly body: string;
  /** Absent where the title is the first line of the body. */
  readonly title?: string;
  /** HubSpot's own ids of the unlabelled associations from the entry to a record. */
  readonly associations: Readonly<Record<RecordKind, number>>;
}

/** The forms that HubSpot has something for; its `communications` are SMS, WhatsApp and LinkedIn messages only. */
export const entryTypes: Readonly<Record<Exclude<EntryForm, 'activity'>, HubSpotEntryType>> = {
  note: {
    path: 'notes',
    body: 'hs_note_body',
    associations: { contact: 202, account: 190, opportunity: 214, case: 228 },
  },
  task: {
    path: 'tasks',
    body: 'hs_task_body',
    title: 'hs_task_subject',
    associations: { contact: 204, account: 192, opportunity: 216, case: 230 },
  },
};

/** Our key on notes and tasks: a property whose values HubSpot keeps unique. */
export const keyProperty = 'liaison_key';

/** HubSpot's ids of records and entries. */
export const objectIdPattern = /^[1-9]\d{0,19}$/;
