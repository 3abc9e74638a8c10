import { Pool } from 'pg';
import { deadlines, poolOptions } from './postgres-options.js';

/** Injection token of the pool that only the ack path uses, so that nothing else can make an acknowledgement wait. */
export const ACK_POOL = Symbol('ack pool');

/** One flusher writes at a time; the second connection is for the moment in which a timed-out one is thrown away. */
export function createAckPool(url: string): Pool {
  const pool = new Pool(poolOptions(url, { name: 'ack', size: 2, statementMs: deadlines.ackStatementMs }));
  // An idle connection that the server closes must not end the process; the next query opens a new one.
  pool.on('error', () => undefined);
  return pool;
}
