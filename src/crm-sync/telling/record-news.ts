import { type EventMap } from '../../events/event-map.js';

/** What is known of a record, one fact after the other. */
export type KnownRecord = EventMap['crm.record.changed'];

/** What a space is told of a record. */
export interface RecordNews {
  readonly kind: 'created' | 'moved' | 'won' | 'lost' | 'closed' | 'reopened';
  readonly record: KnownRecord;
  /** Where it stood before. */
  readonly from?: string;
}

/** The record after the fact: what the fact does not tell stays as it was. */
export function learned(known: KnownRecord | undefined, fact: KnownRecord): KnownRecord {
  return { ...known, ...fact };
}

/**
 * What is news for those who talk about the record: that it was made, moved on, or ended. Nothing else is, and nothing of a record
 * that is heard of for the first time without having been made just now: what it was before is not known.
 */
export function newsOf(known: KnownRecord | undefined, fact: KnownRecord): RecordNews | undefined {
  const record = learned(known, fact);
  if (known === undefined) return fact.isNew === true ? { kind: 'created', record } : undefined;
  const from = known.stage === undefined ? {} : { from: known.stage };
  if (record.isClosed === true && known.isClosed !== true) {
    const kind = record.isWon === true ? 'won' : record.isWon === false ? 'lost' : 'closed';
    return { kind, record, ...from };
  }
  if (record.isClosed === false && known.isClosed === true) return { kind: 'reopened', record, ...from };
  const isMoved = known.stage !== undefined && record.stage !== undefined && record.stage !== known.stage;
  return isMoved ? { kind: 'moved', record, ...from } : undefined;
}

/** The news as a sentence. `asked` names the owner where somebody else says it for them. */
export function sentenceOf({ kind, record, from }: RecordNews, asked?: string): string {
  const { name, recordKind, recordExternalId, stage, amount, currency } = record;
  const what = `${nouns[recordKind]} ${name ?? recordExternalId}`;
  const worth = amount === undefined ? '' : ` (${[amount, currency ?? ''].join(' ').trim()})`;
  const said = {
    created: `New ${lowerFirst(what)}${stage === undefined ? '' : `, ${stage}`}${worth}.`,
    moved: `${what}: ${from ?? ''} → ${stage ?? ''}${worth}.`,
    won: `${what} is won${worth}.`,
    lost: `${what} is lost${worth}.`,
    closed: `${what} is closed${worth}.`,
    reopened: `${what} is open again${stage === undefined ? '' : `, ${stage}`}${worth}.`,
  }[kind];
  return asked === undefined ? said : `For ${asked}: ${said}`;
}

const nouns: Readonly<Record<KnownRecord['recordKind'], string>> = {
  account: 'Account',
  contact: 'Contact',
  opportunity: 'Opportunity',
  case: 'Case',
};

function lowerFirst(text: string): string {
  return `${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
