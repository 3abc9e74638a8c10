import { type Tx } from '../database/transaction.js';
import { type LiaisonEvent } from './event.js';

/**
 * Reacts to events inside the transaction that appends them. Contract: database only, no network; a pure function of
 * the events and the rows it owns (no clock, no randomness), so that a rebuild gives identical rows; the same events in
 * another order end in the same rows.
 */
export interface EventProcessor {
  readonly name: string;
  /** The tables that this processor alone writes; a rebuild empties and refills them. */
  readonly tables: readonly string[];
  /** Events of whole lanes, in order. Nobody else works on these spaces while the transaction runs. */
  process(events: readonly LiaisonEvent[], tx: Tx): Promise<void>;
}

/** Injection token of the list of all processors, in the order in which they run. */
export const EVENT_PROCESSORS = Symbol('event processors');
