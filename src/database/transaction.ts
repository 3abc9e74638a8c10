import { type DataSource, type EntityManager } from 'typeorm';

/** A running transaction. Functions that need one take it as their explicit last parameter; none opens its own inside. */
export type Tx = EntityManager;

/** Runs `work` in one READ COMMITTED transaction: all of it is there afterwards, or nothing. No network I/O inside. */
export function inTransaction<T>(dataSource: DataSource, work: (tx: Tx) => Promise<T>): Promise<T> {
  return dataSource.transaction('READ COMMITTED', work);
}
