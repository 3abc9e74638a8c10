import { randomUUID } from 'node:crypto';
import { type TestDatabase } from './database.js';

/** A job that was parked because it waits for a grant. No handler knows it, so it is left alone once it may go on. */
export interface WaitingJob {
  /** `parked`, and `waiting` once it may go on. */
  readonly state: () => Promise<string | undefined>;
  /** The grant that it waits for now. */
  readonly grantId: () => Promise<string | undefined>;
}

export async function parkJob(database: TestDatabase, connectionId: string, grantId: string): Promise<WaitingJob> {
  const id = randomUUID();
  await database.query(
    `insert into jobs (id, tenant_id, connection_id, kind, key, payload, state, ended_at, last_reason)
     values ($1::uuid, 'default', $2, 'waits-for-a-grant', $1::text, jsonb_build_object('grantId', $3::text), 'parked',
             clock_timestamp(), 'needs-authorization')`,
    [id, connectionId, grantId],
  );
  const row = async (): Promise<{ state: string; grantId: string } | undefined> =>
    (
      await database.query<{ state: string; grantId: string }>(
        `select state, payload ->> 'grantId' as "grantId" from jobs where id = $1`,
        [id],
      )
    )[0];
  return { state: async () => (await row())?.state, grantId: async () => (await row())?.grantId };
}
