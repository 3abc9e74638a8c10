import { Client, DatabaseError, escapeIdentifier, escapeLiteral } from 'pg';
import { tenantRole } from '../tenant-role.js';
import { SUPERUSER } from './cluster.js';

/** The role Liaison works as, and the name of its database. */
const NAME = 'liaison';
/** The role that it reads as for callers, whom the database keeps apart; it may become that and not make it. */
const TENANT = escapeIdentifier(tenantRole);

/** The class of "shutting down" and "starting up" (57P01 to 57P03). */
const OPERATOR_INTERVENTION = '57';

const CONNECT_WITHIN_MS = 5_000;

/**
 * Answers that mean "not created yet": unknown database, unknown role, which SCRAM reports as a wrong password, and a role
 * of tenants that is unknown or that we may not become.
 */
const NOT_CREATED = new Set(['3D000', '28P01', '28000', '22023', '42501']);

/** The URL of Liaison's database on a server; it holds the password. */
export function databaseUrl(port: number, password: string): string {
  return urlFor(NAME, NAME, port, password);
}

/**
 * Makes sure that database `liaison` exists and belongs to role `liaison`, and that the role of tenants is there, whatever
 * an earlier version or a killed start got done.
 *
 * The role is an ordinary one, as in production: it may create databases, for tests, but neither read the server's files
 * nor run programs.
 */
export async function ensureDatabase(port: number, password: string): Promise<void> {
  if (await isThere(port, password)) return;
  const name = escapeIdentifier(NAME);
  await withClient(urlFor(SUPERUSER, SUPERUSER, port, password), async (client) => {
    const role = await client.query('select from pg_roles where rolname = $1', [NAME]);
    await client.query(
      `${role.rowCount === 0 ? 'create' : 'alter'} role ${name} login createdb password ${escapeLiteral(password)}`,
    );
    const tenant = await client.query('select from pg_roles where rolname = $1', [tenantRole]);
    if (tenant.rowCount === 0) await client.query(`create role ${TENANT} nologin`);
    await client.query(`grant ${TENANT} to ${name}`);
    const database = await client.query('select from pg_database where datname = $1', [NAME]);
    if (database.rowCount === 0) await client.query(`create database ${name} owner ${name}`);
  });
}

/** Whether a server that is not going down answers under this URL, be it "too many connections"; never throws. */
export async function answers(url: string): Promise<boolean> {
  try {
    await withClient(url, (client) => client.query('select 1'));
    return true;
  } catch (error) {
    return error instanceof DatabaseError && error.code?.startsWith(OPERATOR_INTERVENTION) === false;
  }
}

async function isThere(port: number, password: string): Promise<boolean> {
  try {
    await withClient(databaseUrl(port, password), (client) => client.query(`set role ${TENANT}`));
    return true;
  } catch (error) {
    if (error instanceof DatabaseError && NOT_CREATED.has(error.code ?? '')) return false;
    throw error;
  }
}

async function withClient(url: string, work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client({ connectionString: url, connectionTimeoutMillis: CONNECT_WITHIN_MS });
  // A connection lost between two queries is reported here, and again by the next query.
  client.on('error', () => undefined);
  try {
    await client.connect();
    await work(client);
  } finally {
    await client.end();
  }
}

function urlFor(role: string, database: string, port: number, password: string): string {
  return `postgres://${role}:${password}@127.0.0.1:${port}/${database}`;
}
