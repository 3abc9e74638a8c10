/** A record that people made in the CRM. */
export interface DoubleRecord {
  readonly kind: 'account' | 'contact' | 'opportunity' | 'case';
  readonly name: string;
  readonly stage?: string;
  readonly amount?: string;
  readonly emails?: readonly string[];
  /** What people call it by, where the CRM lets them choose. */
  readonly number?: string;
  /** Of an account's addresses, where the CRM keeps that. */
  readonly domain?: string;
  /** The account that it belongs to. */
  readonly accountId?: string;
  readonly owner?: { readonly externalId: string; readonly name: string; readonly email: string };
}

/** An entry on a record's timeline, as people see it. */
export interface DoubleEntry {
  readonly externalId: string;
  readonly key: string;
  readonly recordExternalId: string;
  readonly title: string;
  /** Without the CRM's markup. */
  readonly text: string;
}

/** What goes wrong with calls of the API. */
export interface CrmFault {
  /** The beginning of the path; every path where nothing is said. */
  readonly path?: string;
  readonly method?: string;
  /** How many calls it meets; one where nothing is said. */
  readonly times?: number;
  readonly what:
    /** The connection is cut before the call is worked on. */
    | { readonly kind: 'cut-before' }
    /** The call is worked on, and the connection is cut instead of an answer. */
    | { readonly kind: 'cut-after' }
    /** The call is worked on, and no answer comes for so long. */
    | { readonly kind: 'hang-after'; readonly ms: number }
    /** The call waits so long, then it is worked on, whether the caller is still there or not. */
    | { readonly kind: 'late'; readonly ms: number }
    /** The call is not worked on, and answered with this. */
    | {
        readonly kind: 'answer';
        readonly status: number;
        readonly headers?: Readonly<Record<string, string>>;
        readonly body?: string;
      };
}

/** What tests can do with every double of a CRM, and see of it. What people do there has the effects that it has in the CRM. */
export interface CrmDouble {
  /** Where its API is, without a slash at the end. */
  readonly url: string;
  /** Answers the record's id. */
  addRecord(record: DoubleRecord): string;
  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void;
  removeRecord(externalId: string): void;
  /** What the record's fields are, by the CRM's own names and in the CRM's own form. */
  fieldsOf(externalId: string): Readonly<Record<string, unknown>>;
  /** As a person sets them in the CRM's own pages. */
  setFields(externalId: string, fields: Readonly<Record<string, string | number | boolean | null>>): void;
  entries(): readonly DoubleEntry[];
  /** As a person does it in the CRM's own pages. */
  changeEntry(externalId: string, change: { readonly title?: string; readonly text?: string }): void;
  removeEntry(externalId: string): void;
  failNext(fault: CrmFault): void;
  /** Nothing goes wrong any more. */
  calm(): void;
  /** How many calls of the API came in, and how many of them were writing ones. */
  readonly calls: { readonly total: number; readonly writing: number };
  close(): Promise<void>;
}
