import { LiaisonError } from '../common/errors/liaison-error.js';

/** Why a CRM will not do it, however often it is asked. */
export type CrmRefusal =
  /** A field is missing, too long, or of another form than the CRM's administrator wants. */
  | 'invalid'
  /** The record or the entry is not there any more. */
  | 'gone'
  /** Our user may not. */
  | 'forbidden'
  /** The CRM takes it for something that it has. */
  | 'duplicate'
  /** Theirs: a flow, a trigger or a plug-in of the CRM broke. */
  | 'broken';

/** The CRM understood and said no; the same will be refused again until somebody changes something. */
export class CrmRefused extends LiaisonError {
  readonly code = 'crm-refused';
  readonly kind = 'upstream';
  constructor(
    readonly reason: CrmRefusal,
    /** The CRM's own words, as far as they can be shown: at most 500 characters and no secret. */
    readonly crmMessage: string | undefined,
  ) {
    super({ detail: 'The CRM refused the change.' });
  }
}

/** Somebody changed the entry in between; it must be read again. */
export class EntryStale extends LiaisonError {
  readonly code = 'entry-stale';
  readonly kind = 'upstream';
  constructor() {
    super({ detail: 'The entry was changed in the CRM meanwhile.' });
  }
}
