import { steadyMs, waitBeforeRepair } from './repair-pace.js';

export const registrationStatuses = ['active', 'inactive', 'missing', 'foreign', 'blocked'] as const;
export type RegistrationStatus = (typeof registrationStatuses)[number];

/** What is known of one webhook of a connection. */
export interface RegistrationState {
  readonly externalId: string | null;
  /** `blocked`: what it is cannot be known or cannot be made right until somebody changes something. */
  readonly status: RegistrationStatus;
  /** A fixed word. */
  readonly problem: string | null;
  /** Since when it has been seen active without a break. */
  readonly activeSince: Date | null;
  readonly reactivatedAt: Date | null;
  /** Repairs and refusals since it was last steady. */
  readonly repairs: number;
  readonly nextRepairAt: Date | null;
  /** Of the secret that we registered it with. */
  readonly secretFingerprint: string | null;
}

export const unseen: RegistrationState = {
  externalId: null,
  status: 'missing',
  problem: 'not-registered',
  activeSince: null,
  reactivatedAt: null,
  repairs: 0,
  nextRepairAt: null,
  secretFingerprint: null,
};

/** It is on; once it has stayed so for a quarter of an hour, earlier trouble is forgotten. */
export function seenActive(state: RegistrationState, externalId: string, now: Date): RegistrationState {
  const activeSince = state.activeSince ?? now;
  const isSteady = now.getTime() - activeSince.getTime() >= steadyMs;
  const repairs = isSteady ? 0 : state.repairs;
  return { ...state, externalId, status: 'active', problem: null, activeSince, repairs, nextRepairAt: null };
}

/** It is off. The first time it may be repaired at once; then each time twice as late as the time before. */
export function seenOff(state: RegistrationState, externalId: string, now: Date): RegistrationState {
  const nextRepairAt = state.nextRepairAt ?? after(now, waitBeforeRepair(state.repairs));
  return { ...state, externalId, status: 'inactive', problem: 'switched-off', activeSince: null, nextRepairAt };
}

/** The platform does not have it. */
export function seenMissing(state: RegistrationState): RegistrationState {
  const problem = state.externalId === null && state.activeSince === null ? 'not-registered' : 'removed-at-platform';
  return {
    ...state,
    status: 'missing',
    problem: state.status === 'missing' ? state.problem : problem,
    externalId: null,
    activeSince: null,
    secretFingerprint: null,
  };
}

/** We made it anew; nothing of the old one's trouble is held against it. */
export function created(
  state: RegistrationState,
  made: { readonly externalId: string; readonly secretFingerprint: string },
  now: Date,
): RegistrationState {
  return { ...state, ...made, status: 'active', problem: null, activeSince: now, repairs: 0, nextRepairAt: null };
}

/** Its changeable parts are as they should be. */
export function updated(state: RegistrationState, secretFingerprint: string): RegistrationState {
  return { ...state, secretFingerprint };
}

/** We switched it on again: from now on one failure is enough to switch it off. */
export function reactivated(state: RegistrationState, secretFingerprint: string, now: Date): RegistrationState {
  return {
    ...state,
    status: 'active',
    problem: null,
    activeSince: now,
    reactivatedAt: now,
    repairs: state.repairs + 1,
    nextRepairAt: null,
    secretFingerprint,
  };
}

/** The platform said no; the same is asked again later and later. */
export function refused(state: RegistrationState, problem: string, now: Date): RegistrationState {
  const repairs = state.repairs + 1;
  return { ...state, status: 'blocked', problem, repairs, nextRepairAt: after(now, waitBeforeRepair(repairs)) };
}

/** Nothing can be said or done about it until somebody changes something. */
export function blocked(state: RegistrationState, problem: string): RegistrationState {
  return { ...state, status: 'blocked', problem };
}

/** It is put off although its time has come. */
export function postponed(state: RegistrationState, problem: string, now: Date, ms: number): RegistrationState {
  return { ...state, problem, nextRepairAt: after(now, ms) };
}

/** Whether a webhook that was there is off or gone since it was last seen. */
export function isLost(before: RegistrationState, after: RegistrationState): boolean {
  return before.activeSince !== null && (after.status === 'inactive' || after.status === 'missing');
}

function after(now: Date, ms: number): Date {
  return new Date(now.getTime() + ms);
}
