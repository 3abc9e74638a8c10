import { isDataError, isTransient, sqlStateOf } from '../common/errors/sql-state.js';
import { type Tx } from '../database/transaction.js';
import { type StoredDelivery } from '../deliveries/stored-delivery.js';
import { type EventLog } from '../events/event-log.js';
import { type LiaisonEvent } from '../events/event.js';
import { type ParkedDelivery } from './parked-deliveries.js';

/**
 * Whether it is the delivery that failed, so that it is parked: the database refused its data, or our own code broke on
 * it. Everything else (a lost connection, a time-out, a missing column in the middle of an upgrade) is the moment's fault
 * and is tried again; a passing fault must never park healthy deliveries by the thousand.
 */
function isFaultOfDelivery(error: unknown): boolean {
  return isDataError(error) || (sqlStateOf(error) === undefined && !isTransient(error));
}

/**
 * Appends the events of one delivery behind a savepoint. When the delivery is at fault, what it broke is undone and it is
 * answered as to be parked; the transaction goes on. Throws what is not the delivery's fault.
 */
export async function appendOrPark(
  delivery: StoredDelivery,
  events: readonly LiaisonEvent[],
  eventLog: EventLog,
  tx: Tx,
): Promise<ParkedDelivery | undefined> {
  try {
    await tx.transaction((savepoint) => eventLog.append(events, savepoint));
    return undefined;
  } catch (error) {
    if (!isFaultOfDelivery(error)) throw error;
    const state = sqlStateOf(error);
    const cause = state === undefined ? (error instanceof Error ? error.name : 'unknown') : `SQLSTATE ${state}`;
    return {
      delivery,
      kind: 'dead-letter',
      reason: 'processor-failed',
      detail: `Its facts could not be processed (${cause}).`,
    };
  }
}
