import { type RecordKind } from '../../crm/crm-record.js';

/** What a rule looks at. */
export const signalKinds = ['title', 'text', 'member'] as const;
export type SignalKind = (typeof signalKinds)[number];

/** What the first group of a pattern finds is the name or the number of a record. */
export interface PatternSignal {
  readonly pattern: string;
  readonly finds: 'name' | 'number';
}

export interface MemberSignal {
  /** Domains of the tenant itself: whoever has an address there speaks for no customer. */
  readonly ownDomains?: readonly string[];
  /** Domains besides the known ones at which everybody can have an address. */
  readonly publicDomains?: readonly string[];
}

export interface RuleSignals {
  readonly title?: PatternSignal;
  readonly text?: PatternSignal;
  readonly members?: MemberSignal;
}

/** How spaces find their records in one CRM. */
export interface LinkRule {
  readonly id: string;
  readonly tenantId: string;
  readonly connectionId: string;
  readonly name: string;
  /** What spaces are linked to. */
  readonly recordKind: RecordKind;
  readonly signals: RuleSignals;
  /** Whether a link is made without anybody's confirmation, where enough speaks for it. */
  readonly activate: boolean;
  /** How sure it must be for that. */
  readonly threshold: number;
}

/** Who made a link that a rule found. */
export function makerOf(ruleId: string): string {
  return `rule:${ruleId}`;
}
