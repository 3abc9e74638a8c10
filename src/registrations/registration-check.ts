import { type Secret } from '../common/security/secret.js';
import {
  type ActualRegistration,
  type DesiredRegistration,
  type RegistrationCalls,
  type RegistrationFields,
} from '../platforms/platform.js';
import { RegistrationRefused } from '../platforms/registration-refused.js';
import { registrationName, secretFingerprint } from './registration-identity.js';
import { type StoredRegistration } from './registration-table.js';
import { type OurSide, type RegistrationAction, type SeenRegistration } from './registration.plan.js';
import {
  created,
  postponed,
  reactivated,
  refused,
  seenMissing,
  seenOff,
  unseen,
  updated,
  type RegistrationState,
} from './registration.state.js';

/** What one check works with. */
export interface CheckSurroundings {
  readonly calls: RegistrationCalls;
  readonly ours: OurSide;
  readonly secret: Secret;
  readonly now: Date;
  /** Whether calls would be taken: a webhook that is switched on and fails once is off again. */
  readonly isReady: () => Promise<boolean>;
}

/** How soon a repair is tried again for which we were not ready ourselves. */
const notReadyMs = 60_000;

/** A webhook without its secret, for the planner. */
export function withoutSecret({ secret, ...seen }: ActualRegistration, connectionId: string): SeenRegistration {
  return { ...seen, secretFingerprint: secret === undefined ? undefined : secretFingerprint(secret, connectionId) };
}

/**
 * Does one action and answers what is known of the webhook afterwards; undefined for one that is removed. A refusal of this
 * one webhook is a state of it. Throws `PlatformUnavailable` and `NeedsAuthorization`, which concern all of them.
 */
export async function carryOut(
  action: RegistrationAction,
  surroundings: CheckSurroundings,
): Promise<StoredRegistration | undefined> {
  if (action.kind === 'report') return foreignRegistration(action.seen);
  if (action.kind === 'remove') {
    await removed(action.externalId, surroundings.calls);
    return undefined;
  }
  const { key, desired } = action;
  return { key, registered: desired, state: await stateAfter(action, surroundings) };
}

type WantedAction = Extract<RegistrationAction, { readonly state: RegistrationState }>;

async function stateAfter(action: WantedAction, surroundings: CheckSurroundings): Promise<RegistrationState> {
  const { desired, state } = action;
  const { calls, ours, secret, now } = surroundings;
  const { secretFingerprint: mark } = ours;
  const fields: RegistrationFields = { name: registrationName(desired), targetUrl: ours.targetUrl, secret };
  try {
    switch (action.kind) {
      case 'leave':
        return state;
      case 'create': {
        const { externalId, active } = await calls.create(desired, fields);
        const made = created(state, { externalId, secretFingerprint: mark }, now);
        return active ? made : seenOff(made, externalId, now);
      }
      case 'update':
        await calls.update({ ...action, ownedBy: desired.ownedBy }, fields, { reactivate: false });
        return updated(state, mark);
      case 'reactivate': {
        if (!(await surroundings.isReady())) return postponed(state, 'not-ready', now, notReadyMs);
        const which = { externalId: action.externalId, ownedBy: desired.ownedBy };
        const { active } = await calls.update(which, fields, { reactivate: true });
        const tried = reactivated(state, mark, now);
        return active ? tried : seenOff(tried, action.externalId, now);
      }
    }
  } catch (error) {
    if (!(error instanceof RegistrationRefused)) throw error;
    // It went between the list and the call: the next check makes it anew.
    if (error.reason === 'gone' && action.kind !== 'create') return seenMissing(state);
    return refused(state, error.reason, now);
  }
}

/** A webhook that we may see and not remove is no reason to leave the others alone; the next check tries again. */
async function removed(externalId: string, calls: RegistrationCalls): Promise<void> {
  try {
    await calls.remove(externalId);
  } catch (error) {
    if (!(error instanceof RegistrationRefused)) throw error;
  }
}

/** A webhook that calls us and is not ours, as it is shown. */
export function foreignRegistration(seen: SeenRegistration): StoredRegistration {
  const { resource, event, filter, ownedBy, externalId } = seen;
  const registered: DesiredRegistration = { resource, event, filter, ownedBy };
  const state = { ...unseen, externalId, status: 'foreign' as const, problem: 'name-not-ours' };
  return { key: `foreign ${externalId}`, registered, state };
}
