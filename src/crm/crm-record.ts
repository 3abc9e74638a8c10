/** The kinds of records that spaces are linked to; each connector says what its CRM calls them. */
export const recordKinds = ['account', 'contact', 'opportunity', 'case'] as const;

export type RecordKind = (typeof recordKinds)[number];

/** Names a record of one CRM account. */
export interface RecordReference {
  readonly kind: RecordKind;
  /** The CRM's own id. */
  readonly externalId: string;
}

/** A person as the CRM knows them. */
export interface CrmPerson {
  readonly externalId: string;
  readonly name?: string;
  readonly email?: string;
}

/** A record as the CRM has it; what the CRM does not tell is absent. */
export interface CrmRecord extends RecordReference {
  readonly name: string;
  /** The CRM's own word for where an opportunity or a case stands. */
  readonly stage?: string;
  readonly isClosed?: boolean;
  readonly isWon?: boolean;
  /** A decimal number as text, so that no digit is lost. */
  readonly amount?: string;
  /** ISO 4217. */
  readonly currency?: string;
  readonly owner?: CrmPerson;
  /** Addresses of a contact or of those at an account, in lower case. */
  readonly emails?: readonly string[];
  /** The account that a contact, an opportunity or a case belongs to. */
  readonly accountExternalId?: string;
  /** Where people look at it. */
  readonly url?: string;
  /** Another one after every change; compared, never read. */
  readonly version: string;
  readonly changedAt: Date;
}

/** What records of one kind are found by, to the letter but for the case of letters. */
export type RecordSearch =
  | { readonly by: 'name'; readonly value: string }
  /** What people call it by: the number of a case, for example; each connector says which. */
  | { readonly by: 'number'; readonly value: string }
  /** The domain of an account's e-mail addresses, or of a contact's. */
  | { readonly by: 'email-domain'; readonly value: string };

/** How an entry looks in the CRM. */
export const entryForms = ['note', 'task', 'activity'] as const;

export type EntryForm = (typeof entryForms)[number];

/** What shall stand on a record's timeline. */
export interface CrmEntry {
  /** Ours, and the entry's external id: `[a-z0-9-]`, at most 64; a CRM account has no two entries of one key. */
  readonly key: string;
  readonly form: EntryForm;
  readonly record: RecordReference;
  /** One line. */
  readonly title: string;
  /** Plain text, lines ended by `\n`; the connector gives it the CRM's form and takes that off again. */
  readonly text: string;
  /** When it happened, or when a task is due. */
  readonly at: Date;
  readonly isDone?: boolean;
}

/** An entry as the CRM has it: the text as it was given, but for what people changed since and what the CRM itself changes. */
export interface StoredEntry {
  readonly externalId: string;
  readonly title: string;
  readonly text: string;
  /** Another one after every change; undefined where the CRM tells none. */
  readonly version: string | undefined;
}

/** What a field of a record is set to; a `Date` is a moment, and a day is a text as `2026-03-02`. */
export type FieldValue = string | number | boolean | null | Date;
