import { type QueryRunner } from 'typeorm';
import { LiaisonError } from '../../common/errors/liaison-error.js';
import { sqlStateOf } from '../../common/errors/sql-state.js';
import { tenantRole, tenantSetting } from '../tenant-role.js';

/** The role of tenants is not there or may not be used, and our own role may not help itself. */
export class TenantRoleMissing extends LiaisonError {
  readonly code = 'tenant-role-missing';
  readonly kind = 'bug';
  constructor(user: string, cause: unknown) {
    super({
      detail:
        `Tenants are kept apart by the database role ${tenantRole}, which ${user} may not make. Have an administrator of ` +
        `the server run this once, then start again: create role ${tenantRole} nologin; grant ${tenantRole} to ${user};`,
      cause,
    });
  }
}

const insufficientPrivilege = '42501';

/*
 * Another database of the server may be migrated at the same moment: what somebody else made in between is there, and
 * what somebody else is changing (`tuple concurrently updated`, an internal error) is looked at once more.
 * From PostgreSQL 16 on, whoever makes a role may grant it but not become it, unless that is granted too.
 */
const makeRole = `
  do $$
  declare
    may_become text := case when current_setting('server_version_num')::int < 160000 then 'member' else 'set' end;
  begin
    for attempt in 1..10 loop
      begin
        if not exists (select from pg_roles where rolname = '${tenantRole}') then
          create role ${tenantRole} nologin;
        end if;
        if not pg_has_role('${tenantRole}', may_become) then
          execute format('grant ${tenantRole} to %I', current_user);
        end if;
        if not has_schema_privilege('${tenantRole}', current_schema(), 'usage') then
          execute format('grant usage on schema %I to ${tenantRole}', current_schema());
        end if;
        return;
      exception
        when duplicate_object or unique_violation then null;
        when internal_error then perform pg_sleep(0.05);
      end;
    end loop;
    raise exception 'the role ${tenantRole} is being changed by others all the time';
  end $$`;

/** Makes the role where it is missing, and makes sure that our own role may become it. Throws `TenantRoleMissing`. */
export async function makeTenantRole(query: QueryRunner): Promise<void> {
  // What the statement selects.
  const [who] = (await query.query(`select quote_ident(current_user) as name`)) as readonly { readonly name: string }[];
  try {
    await query.query(makeRole);
  } catch (error) {
    if (sqlStateOf(error) === insufficientPrivilege) throw new TenantRoleMissing(who?.name ?? 'the user', error);
    throw error;
  }
}

/**
 * Lets tenants read their own rows of a table and nothing else. Every table with a `tenant_id` needs this in the migration
 * that makes it; for one without, `condition` says which rows are the tenant's.
 */
export async function protectTable(
  query: QueryRunner,
  table: string,
  condition = `tenant_id = current_setting('${tenantSetting}', true)`,
): Promise<void> {
  await query.query(`alter table ${table} enable row level security`);
  await query.query(`create policy tenant_only on ${table} for select to ${tenantRole} using (${condition})`);
  await query.query(`grant select on ${table} to ${tenantRole}`);
}

/** The opposite of `protectTable`. */
export async function unprotectTable(query: QueryRunner, table: string): Promise<void> {
  await query.query(`revoke select on ${table} from ${tenantRole}`);
  await query.query(`drop policy tenant_only on ${table}`);
  await query.query(`alter table ${table} disable row level security`);
}
