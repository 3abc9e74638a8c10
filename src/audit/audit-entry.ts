import { type JsonValue } from '../common/json/json.js';

/** `begun`: it was let in and began; the others say how it ended. `refused`: 4xx. `failed`: 5xx. */
export const auditOutcomes = ['begun', 'done', 'refused', 'failed'] as const;
export type AuditOutcome = (typeof auditOutcomes)[number];

/** One line of the audit log, before it has its number and its time. */
export interface AuditEntry {
  readonly tenantId: string;
  /** Who: `Caller.subject`. */
  readonly subject: string;
  /** What: `noun.verb`. */
  readonly act: string;
  readonly outcome: AuditOutcome;
  /** The code of the problem that it ended with. */
  readonly reason?: string;
  /** Ids of what it was about. */
  readonly targets: readonly string[];
  /** How it was asked for: the filter of a read, the harmless part of an act's body. Never content, never a secret. */
  readonly parameters: Readonly<Record<string, JsonValue>>;
  /** How many things an answer with a list held. */
  readonly items?: number;
  readonly requestId: string;
  readonly address?: string;
}
