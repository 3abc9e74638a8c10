import { type HttpCaller } from '../common/outbound/http-caller.js';
import { type PlatformAccount } from '../platforms/platform-account.js';
import { type CrmEntry, type CrmRecord, type EntryForm, type RecordKind } from './crm-record.js';
import { type FieldValue, type RecordReference, type RecordSearch, type StoredEntry } from './crm-record.js';

/** What one CRM can do for us. Pure but for `at`, so that specs call it directly. */
export interface Connector {
  readonly recordKinds: readonly RecordKind[];
  readonly forms: readonly EntryForm[];
  /** Whether fields of records can be set: its calls have `set`. */
  readonly setsFields: boolean;
  /** The longest title and text that the CRM keeps, in UTF-16 code units; longer ones are cut before they get here. */
  readonly limits: { readonly title: number; readonly text: number };
  /**
   * Whether the CRM itself sees to it that a key makes one entry, however often and however late `create` arrives. Where it
   * does not, a lost answer is looked for before another `create`.
   */
  readonly createsByKey: boolean;
  /**
   * Where `changedAfter` is: what changed is asked for while nothing signs calls of the CRM, and no more often than that, as its
   * calls are counted.
   */
  readonly pollAtMostEveryMs?: number;
  /** The calls of one account. Each ends by the signal behind `http`. */
  at(account: PlatformAccount, http: HttpCaller): ConnectorCalls;
}

/**
 * Calls of a CRM's API, each sent once. All throw
 * - `PlatformUnavailable` for what passes and surely did nothing, with the CRM's own word for how long where it gives one,
 * - `OutcomeUnknown` where a writing call may have done something,
 * - `NeedsAuthorization` for a token or password that is not taken,
 * - `CrmRefused` for a final no about these data.
 */
export interface ConnectorCalls {
  /** The record; undefined where there is none, or none any more. */
  record(reference: RecordReference): Promise<CrmRecord | undefined>;
  /**
   * The entry by its key, and by `externalId` where an earlier answer brought it; undefined where there is none. Absent where a
   * CRM cannot be asked: it is then told everything by `create`.
   */
  entry?(key: string, form: EntryForm, externalId: string | undefined): Promise<StoredEntry | undefined>;
  /** Makes the entry; with `createsByKey`, or changes the one that is there to this. */
  create(entry: CrmEntry): Promise<StoredEntry>;
  /** Changes the entry to this. Throws `EntryStale` where somebody changed it since `stored` was read and the CRM can tell. */
  change?(stored: StoredEntry, entry: CrmEntry): Promise<StoredEntry>;
  /** One that is not there is no error. */
  remove(entry: Pick<CrmEntry, 'key' | 'form' | 'record'>, externalId: string | undefined): Promise<void>;
  /**
   * What these fields of the record are now, by the CRM's own names; undefined where there is no such record. Absent where a CRM
   * cannot be asked: what people changed there is then not seen.
   */
  fields?(reference: RecordReference, names: readonly string[]): Promise<ReadonlyMap<string, FieldValue> | undefined>;
  /**
   * Sets these fields of the record and nothing else; the same again changes nothing. Answers what is known of the record
   * afterwards, so that it is no news when the CRM tells it. Absent where a CRM has no fields to set.
   */
  set?(reference: RecordReference, fields: ReadonlyMap<string, FieldValue>): Promise<Partial<CrmRecord>>;
  /** The contacts with that e-mail address, whatever its case; absent where a CRM cannot be asked. */
  contactsByEmail?(email: string): Promise<readonly CrmRecord[]>;
  /**
   * The records of that kind that fit exactly, the newest first and no more than a handful; none for what the CRM has no such field
   * for. A value is compared and never read as part of a query, whatever is in it. Absent where a CRM cannot be asked.
   */
  recordsBy?(kind: RecordKind, search: RecordSearch): Promise<readonly CrmRecord[]>;
  /**
   * Records that changed after `position`, in the order of their changes and at most a page of them, for CRMs that do not call
   * us; undefined asks where to begin. A record may come again, but none is left out.
   */
  changedAfter?(position: string | undefined): Promise<ChangedRecords>;
}

export interface ChangedRecords {
  readonly records: readonly CrmRecord[];
  readonly position: string;
  /** Whether there are more right now. */
  readonly hasMore: boolean;
}
