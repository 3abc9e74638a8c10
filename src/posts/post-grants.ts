import { type DataSource, type EntityManager } from 'typeorm';
import { firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type GrantState } from '../tokens/grant-table.js';

/** A user's consent, as far as posts go by it. */
export interface Consent {
  readonly id: string;
  readonly state: GrantState;
  readonly scopes: readonly string[];
}

/**
 * The consent of that user to that app: one that holds, else one that waits to be given again. Undefined where there is
 * neither.
 */
export function usableConsent(
  source: DataSource | EntityManager,
  whose: { readonly tenantId: string; readonly connectionId: string; readonly user: string },
): Promise<Consent | undefined> {
  return firstRowOf<Consent>(
    source,
    `select id, state, scopes from grants
     where tenant_id = $1 and connection_id = $2 and subject_external_id = $3
       and state in ('active', 'needs-reauthorization')`,
    [whose.tenantId, whose.connectionId, whose.user],
  );
}

/**
 * The consent that a job goes by, as it stands until the end of `tx`: nobody can withdraw it meanwhile. A user who consents
 * anew replaces it, and the job goes by the new one from then on, so its id is read again once it is held.
 */
export async function heldConsent(jobId: string, tx: Tx): Promise<Consent | undefined> {
  for (let id = await consentOfJob(jobId, tx); id !== undefined;) {
    const consent = await firstRowOf<Consent>(tx, `select id, state, scopes from grants where id = $1 for share`, [id]);
    const current = await consentOfJob(jobId, tx);
    if (current === id) return consent;
    id = current;
  }
  return undefined;
}

async function consentOfJob(jobId: string, tx: Tx): Promise<string | undefined> {
  const row = await firstRowOf<{ id: string | null }>(
    tx,
    `select payload ->> 'grantId' as id from jobs where id = $1`,
    [jobId],
  );
  return row?.id ?? undefined;
}
