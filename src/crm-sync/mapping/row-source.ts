import { rowsOf } from '../../database/rows.js';
import { type TenantReads } from '../../database/tenant-reads.js';
import { type Tx } from '../../database/transaction.js';

/** Reads rows as of one place: as a caller of a tenant, or within a transaction that has written them. */
export type RowSource = <Row>(sql: string, parameters: readonly unknown[]) => Promise<Row[]>;

/** As the tenant sees them. */
export function rowsOfTenant(reads: TenantReads, tenantId: string): RowSource {
  return (sql, parameters) => reads.rows(tenantId, sql, parameters);
}

/** As the transaction sees them, with what it has written itself. */
export function rowsIn(tx: Tx): RowSource {
  return (sql, parameters) => rowsOf(tx, sql, parameters);
}
