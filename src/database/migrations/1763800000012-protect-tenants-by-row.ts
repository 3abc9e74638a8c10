import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { makeTenantRole, protectTable, unprotectTable } from './tenant-protection.js';

/**
 * What callers read, they read as a role that sees the rows of one tenant, so that a query that forgets its condition
 * shows nothing of another. All tables with a `tenant_id` that there are by now; later ones protect themselves.
 */
export class ProtectTenantsByRow1763800000012 implements MigrationInterface {
  async up(query: QueryRunner): Promise<void> {
    await makeTenantRole(query);
    for (const table of await tablesOfTenants(query)) await protectTable(query, table);
    await protectTable(query, 'post_attempts', `exists (select from posts p where p.id = post_id)`);
  }

  async down(query: QueryRunner): Promise<void> {
    // The role stays: other databases of the server may use it.
    for (const table of ['post_attempts', ...(await tablesOfTenants(query))]) await unprotectTable(query, table);
  }
}

/** Partitions are not among them: what is read through their table is protected by that, and they cannot be read alone. */
async function tablesOfTenants(query: QueryRunner): Promise<readonly string[]> {
  // What the statement selects.
  const rows = (await query.query(
    `select c.relname as name from pg_class c
     join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
     where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
     order by 1`,
  )) as readonly { readonly name: string }[];
  return rows.map((row) => row.name);
}
