import { type ActualRegistration, type DesiredRegistration } from '../platforms/platform.js';
import { callsPath, registrationKey, registrationName } from './registration-identity.js';
import { seenActive, seenMissing, seenOff, unseen, type RegistrationState } from './registration.state.js';

/** A webhook at the platform, without its secret. */
export type SeenRegistration = Omit<ActualRegistration, 'secret'> & {
  /** Undefined where the platform does not give the secret back. */
  readonly secretFingerprint: string | undefined;
};

/** What makes a webhook ours, and how ours shall be. */
export interface OurSide {
  readonly targetUrl: string;
  readonly path: string;
  readonly secretFingerprint: string;
  /** By key. */
  readonly known: ReadonlyMap<string, RegistrationState>;
  /** Something was changed after the last check, so that what was refused then may work now. */
  readonly changed: boolean;
}

interface Wanted {
  readonly key: string;
  readonly desired: DesiredRegistration;
  /** What is known of it now that the platform has been asked. */
  readonly state: RegistrationState;
}

/** What is to be done, one action for each webhook that is wanted or at our path. */
export type RegistrationAction =
  | (Wanted & { readonly kind: 'create' })
  /** Name, target or secret are not ours any more. */
  | (Wanted & { readonly kind: 'update'; readonly externalId: string })
  | (Wanted & { readonly kind: 'reactivate'; readonly externalId: string })
  /** Right as it is, or its time has not come. */
  | (Wanted & { readonly kind: 'leave' })
  | {
      readonly kind: 'remove';
      readonly externalId: string;
      readonly ownedBy: 'org' | undefined;
      readonly reason: 'duplicate' | 'not-desired';
    }
  /** It calls us and somebody else gave it its name: shown, never touched. */
  | { readonly kind: 'report'; readonly seen: SeenRegistration };

/**
 * Compares what shall be with what is. Pure. A webhook is ours when we remember having made it, or when it calls our path
 * under the name that we give; no action touches any other. Nobody can change what a webhook is registered for, so another
 * filter is another webhook, and the one that is no longer wanted is removed. Creations come before removals, so that
 * nothing is missed in between, except for webhooks of an organisation, of which there may be one of a kind only.
 */
export function planRegistrations(
  desired: readonly DesiredRegistration[],
  actual: readonly SeenRegistration[],
  ours: OurSide,
  now: Date,
): readonly RegistrationAction[] {
  const knownIds = new Set(
    [...ours.known.values()].flatMap(({ status, externalId }) => (status === 'foreign' ? [] : [externalId])),
  );
  const calling = (seen: SeenRegistration): boolean => callsPath(seen, ours.path);
  const isOurs = (seen: SeenRegistration): boolean =>
    knownIds.has(seen.externalId) || (calling(seen) && seen.name === registrationName(seen));
  const mine = [...new Map(actual.filter(isOurs).map((seen) => [seen.externalId, seen])).values()];
  const wanted = [...new Map(desired.map((one) => [registrationKey(one), one])).entries()].map(([key, one]) => {
    const copies = mine.filter((seen) => registrationKey(seen) === key).sort(byPreference(knownIds));
    return { key, kept: copies[0], action: actionFor(key, one, copies[0], ours, now) };
  });
  const keptIds = new Set(wanted.map(({ kept }) => kept?.externalId));
  const keptKeys = new Set(wanted.map(({ key }) => key));
  const removals = mine
    .filter(({ externalId }) => !keptIds.has(externalId))
    .map((seen) => removalOf(seen, keptKeys.has(registrationKey(seen))));
  const foreign = new Map(
    actual.filter((seen) => calling(seen) && !isOurs(seen)).map((seen) => [seen.externalId, seen]),
  );
  return [
    ...removals.filter(({ ownedBy }) => ownedBy === 'org'),
    ...wanted.map(({ action }) => action),
    ...removals.filter(({ ownedBy }) => ownedBy !== 'org'),
    ...[...foreign.values()].map((seen) => ({ kind: 'report' as const, seen })),
  ];
}

function actionFor(
  key: string,
  desired: DesiredRegistration,
  seen: SeenRegistration | undefined,
  ours: OurSide,
  now: Date,
): RegistrationAction {
  const before = ours.known.get(key) ?? unseen;
  const isRefused = before.status === 'blocked' && before.nextRepairAt !== null && before.nextRepairAt > now;
  const isHeld = isRefused && !ours.changed;
  if (seen === undefined) {
    if (isHeld) return { key, desired, kind: 'leave', state: before };
    return { key, desired, kind: 'create', state: seenMissing(before) };
  }
  const { externalId } = seen;
  if (!seen.active) {
    const state = seenOff(before, externalId, now);
    const isDue = state.nextRepairAt !== null && state.nextRepairAt <= now;
    if (!isDue) return { key, desired, kind: 'leave', state };
    return { key, desired, kind: 'reactivate', externalId, state };
  }
  if (!isDrifted(seen, desired, before, ours)) {
    return { key, desired, kind: 'leave', state: seenActive(before, externalId, now) };
  }
  if (isHeld) return { key, desired, kind: 'leave', state: before };
  return { key, desired, kind: 'update', externalId, state: seenActive(before, externalId, now) };
}

function isDrifted(
  seen: SeenRegistration,
  desired: DesiredRegistration,
  before: RegistrationState,
  ours: OurSide,
): boolean {
  return (
    seen.name !== registrationName(desired) ||
    seen.targetUrl !== ours.targetUrl ||
    // Neither what we remember having set nor what the platform shows may differ; where it shows nothing, memory decides.
    before.secretFingerprint !== ours.secretFingerprint ||
    before.externalId !== seen.externalId ||
    (seen.secretFingerprint !== undefined && seen.secretFingerprint !== ours.secretFingerprint)
  );
}

function removalOf(seen: SeenRegistration, isDuplicate: boolean): RegistrationAction & { readonly kind: 'remove' } {
  const { externalId, ownedBy } = seen;
  return { kind: 'remove', externalId, ownedBy, reason: isDuplicate ? 'duplicate' : 'not-desired' };
}

/** Of several copies the one that works stays, then the one that we remember. */
function byPreference(knownIds: ReadonlySet<string | null>): (a: SeenRegistration, b: SeenRegistration) => number {
  const rank = (seen: SeenRegistration): number => (seen.active ? 0 : 2) + (knownIds.has(seen.externalId) ? 0 : 1);
  return (a, b) => rank(a) - rank(b) || (a.externalId < b.externalId ? -1 : 1);
}
