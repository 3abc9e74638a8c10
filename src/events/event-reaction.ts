import { type Tx } from '../database/transaction.js';
import { type LiaisonEvent } from './event.js';

/**
 * Follows from an event once, in the transaction that appends it and after every projection: a job to write, a token to
 * erase. Unlike processors, reactions do not run again when projections are rebuilt.
 */
export interface EventReaction {
  readonly name: string;
  react(events: readonly LiaisonEvent[], tx: Tx): Promise<void>;
}

/** Injection token of the list of all reactions. */
export const EVENT_REACTIONS = Symbol('event reactions');
