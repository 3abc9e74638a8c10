import { type DataSource, type EntityManager } from 'typeorm';
import { firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type Job } from '../outbox/job.js';
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

/** A consent that cannot be withdrawn or replaced before the end of the transaction that reads it. */
export interface HeldConsent extends Consent {
  /** Why it is in its state: a fixed word. */
  readonly reason: string | null;
}

/**
 * The consent that a job goes by, held until the end of `tx`. A user who consents anew replaces it, and the job goes by the new
 * one then: by whoever moved its jobs, so that the id is read again once it is held, or, for jobs that were not there to be
 * moved, by what this answers. Undefined where the job names none.
 */
export async function heldConsent(job: Job, tx: Tx): Promise<HeldConsent | undefined> {
  for (let id = await consentOfJob(job.id, tx); id !== undefined;) {
    const consent = await hold(id, tx);
    const current = await consentOfJob(job.id, tx);
    if (current === id) return consent?.reason === 'replaced' ? inPlaceOf(consent, tx) : consent;
    id = current;
  }
  return undefined;
}

interface GrantInRow extends HeldConsent {
  readonly tenantId: string;
  readonly connectionId: string;
  readonly user: string;
}

function hold(id: string, tx: Tx): Promise<GrantInRow | undefined> {
  return firstRowOf<GrantInRow>(
    tx,
    `select id, state, reason, scopes, tenant_id as "tenantId", connection_id as "connectionId",
            subject_external_id as user
     from grants where id = $1 for share`,
    [id],
  );
}

/** The consent that came in the place of one; that one itself where none did that is still good. */
async function inPlaceOf(replaced: GrantInRow, tx: Tx): Promise<HeldConsent> {
  for (;;) {
    const next = await usableConsent(tx, replaced);
    if (next === undefined) return replaced;
    const held = await hold(next.id, tx);
    // Else it was replaced as well, or withdrawn, before we held it.
    if (held?.state === 'active' || held?.state === 'needs-reauthorization') return held;
  }
}

async function consentOfJob(jobId: string, tx: Tx): Promise<string | undefined> {
  const row = await firstRowOf<{ id: string | null }>(
    tx,
    `select payload ->> 'grantId' as id from jobs where id = $1`,
    [jobId],
  );
  return row?.id ?? undefined;
}
