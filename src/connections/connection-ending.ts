import { type Tx } from '../database/transaction.js';

/** What else ends with a connection that is removed. */
export interface ConnectionEnding {
  /** Runs in the transaction that removes it, after it is removed. */
  endWith(connection: { readonly id: string; readonly tenantId: string }, tx: Tx): Promise<void>;
}

/** Injection token of the list of all endings. */
export const CONNECTION_ENDINGS = Symbol('connection endings');
