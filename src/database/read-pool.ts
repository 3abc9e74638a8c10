import { Pool } from 'pg';
import { deadlines, poolOptions } from './postgres-options.js';
import { tenantRole } from './tenant-role.js';

/** Injection token of the pool whose connections see the rows of one tenant; only `TenantReads` uses it. */
export const READ_POOL = Symbol('read pool');

/** Its connections are the tenants' role from their first moment, and are that again after a `reset role`. */
export function createReadPool(url: string, size: number): Pool {
  const options = poolOptions(url, { name: 'read', size, statementMs: deadlines.statementMs });
  const pool = new Pool({ ...options, options: `${options.options ?? ''} -c role=${tenantRole}` });
  // An idle connection that the server closes must not end the process; the next query opens a new one.
  pool.on('error', () => undefined);
  return pool;
}
