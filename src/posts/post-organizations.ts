import { Conflict } from '../common/errors/liaison-error.js';
import { firstRowOf } from '../database/rows.js';
import { type Tx } from '../database/transaction.js';
import { type OrganizationTokens, type TokenOwner } from '../platforms/organization-tokens.js';
import { type OrganizationAccess } from '../platforms/platform.js';

/**
 * With whose token the app posts in a space: that of the organisation which the platform told with the space, as far as it has
 * ever authorized the app, else the only one that does. One that has withdrawn is taken, too: the post waits for it. Throws
 * `Conflict` where there is no such organisation or more than one.
 */
export async function organizationToPostFor(
  tokens: OrganizationTokens,
  access: OrganizationAccess,
  owner: TokenOwner,
  told: string | null,
): Promise<string> {
  const known = await tokens.known(owner);
  const ids = known.map(({ organizationExternalId }) => organizationExternalId);
  const ofSpace = told === null ? undefined : access.canonicalId(told);
  if (ofSpace !== undefined && ids.includes(ofSpace)) return ofSpace;
  const active = known.filter((one) => one.active);
  const candidates = active.length > 0 ? active : known;
  const [only] = candidates;
  if (only !== undefined && candidates.length === 1) return only.organizationExternalId;
  throw new Conflict(
    only === undefined
      ? {
          detail: 'No organisation has authorized the app, so there is no token to post with.',
          faults: [{ pointer: '/connectionId', detail: 'is an app that no organisation has authorized' }],
        }
      : {
          detail:
            'Several organisations have authorized the app, and it is not known to which of them the space belongs, so it is not known with whose token to post.',
          faults: [
            { pointer: '/spaceId', detail: 'belongs to none of the organisations that have authorized the app' },
          ],
        },
  );
}

/**
 * Which token of an organisation is held, as it stays until the end of `tx`; undefined where there is none that is good.
 * Whoever stores another one waits for `tx`, and then releases what it has parked.
 */
export async function heldVersion(
  { connectionId, organizationExternalId }: { readonly connectionId: string; readonly organizationExternalId: string },
  tx: Tx,
): Promise<string | undefined> {
  await tx.query(
    `select 1 from organization_tokens where connection_id = $1 and organization_external_id = $2
     order by application_external_id for share`,
    [connectionId, organizationExternalId],
  );
  const row = await firstRowOf<{ version: string }>(
    tx,
    `select version from organization_tokens
     where connection_id = $1 and organization_external_id = $2 and active and sealed_tokens is not null
       and (expires_at is null or expires_at > clock_timestamp())
     order by fetched_at desc, application_external_id limit 1`,
    [connectionId, organizationExternalId],
  );
  return row?.version;
}
