import { Inject, Injectable } from '@nestjs/common';
import { type Pool, type PoolClient } from 'pg';
import { LiaisonError, StorageUnavailable } from '../common/errors/liaison-error.js';
import { sqlStateOf } from '../common/errors/sql-state.js';
import { countedAtMost, type CountQuery, type TotalDto } from '../common/http/total.dto.js';
import { tenantRole, tenantSetting } from './tenant-role.js';
import { READ_POOL } from './read-pool.js';
import { type Where } from './where.js';

/** The database would not keep the tenants apart; nobody may read anything then. */
export class TenantIsolationMissing extends LiaisonError {
  readonly code = 'tenant-isolation-missing';
  readonly kind = 'bug';
}

interface Isolation {
  readonly role: string;
  readonly bypasses: boolean;
  readonly open: readonly string[];
}

const isolation = `
  select current_user::text as role,
         (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as bypasses,
         array(select c.relname::text from pg_class c
               join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
               where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
                 and not c.relispartition and not row_security_active(c.oid) order by 1) as open`;

/**
 * What callers read. Every query runs as a role that may only select and sees the rows of one tenant, which the database
 * enforces: a query without a condition on the tenant shows nothing of another.
 *
 * A connection keeps the tenant of its last query, so a query for the same tenant costs no further round trip. One that
 * failed in any way is closed, so that no connection is used whose tenant is not known for sure.
 */
@Injectable()
export class TenantReads {
  readonly #tenants = new WeakMap<PoolClient, string>();
  #isVerified = false;

  constructor(@Inject(READ_POOL) private readonly pool: Pool) {}

  /**
   * Makes sure that the database keeps tenants apart; before that nothing can be read. Throws `TenantIsolationMissing`.
   */
  async verify(): Promise<void> {
    this.#isVerified = false;
    const found = await this.#isolation();
    if (found.role !== tenantRole) throw missing(`reads run as ${found.role}`);
    if (found.bypasses) throw missing(`${tenantRole} is a superuser or has bypassrls`);
    if (found.open.length > 0) throw missing(`row-level security is off for ${found.open.join(', ')}`);
    this.#isVerified = true;
  }

  /**
   * The rows that a SELECT finds among those of the tenant. `Row` states what the SQL beside the call selects: pg cannot
   * know it.
   */
  async rows<Row>(tenantId: string, sql: string, parameters: readonly unknown[] = []): Promise<Row[]> {
    if (!this.#isVerified) throw new StorageUnavailable({ detail: 'The service is starting.', retryAfterSeconds: 5 });
    const client = await this.pool.connect();
    try {
      if (this.#tenants.get(client) !== tenantId) {
        await client.query(`select set_config('${tenantSetting}', $1, false)`, [tenantId]);
        this.#tenants.set(client, tenantId);
      }
      const { rows } = await client.query(sql, [...parameters]);
      client.release();
      // The claim described above.
      return rows as Row[];
    } catch (error) {
      client.release(true);
      throw error;
    }
  }

  /** The first row, or undefined. */
  async first<Row>(tenantId: string, sql: string, parameters: readonly unknown[] = []): Promise<Row | undefined> {
    return (await this.rows<Row>(tenantId, sql, parameters))[0];
  }

  /**
   * What a page says of how many rows there are in all: nothing, unless its query asks. Counts those `from` a table that fit
   * `where`, and no more than 10,000.
   */
  async counted(
    tenantId: string,
    { count }: CountQuery,
    from: string,
    where: () => Where,
  ): Promise<{ readonly total?: TotalDto }> {
    if (count !== 'true') return {};
    const counting = where();
    const rows = `select 1 ${from} where ${counting.sql} limit ${counting.place(countedAtMost + 1)}`;
    const sql = `select count(*)::int as count from (${rows}) counted`;
    const found = (await this.first<{ count: number }>(tenantId, sql, counting.parameters))?.count ?? 0;
    return { total: { count: Math.min(found, countedAtMost), isExact: found <= countedAtMost } };
  }

  /** Closes the connections. */
  end(): Promise<void> {
    return this.pool.end();
  }

  async #isolation(): Promise<Isolation> {
    try {
      const { rows } = await this.pool.query<Isolation>(isolation);
      return rows[0] ?? { role: 'nobody', bypasses: false, open: [] };
    } catch (error) {
      // A connection cannot begin as a role that is not there (22023) or that our user is no member of (42501).
      if (/^(22023|42501)$/.test(sqlStateOf(error) ?? '')) throw missing(`${tenantRole} may not be used`, error);
      throw error;
    }
  }
}

function missing(reason: string, cause?: unknown): TenantIsolationMissing {
  return new TenantIsolationMissing({ detail: `The database does not keep tenants apart: ${reason}.`, cause });
}
