/** How often registrations are looked at. */
export interface RegistrationPace {
  /** How soon a new or changed connection is found. */
  readonly lookEveryMs: number;
  /** How often each connection is checked at the least. */
  readonly checkEveryMs: number;
}

/** Injection token of the `RegistrationPace`. */
export const REGISTRATION_PACE = Symbol('registration pace');

/** No platform tells when it switches a webhook off, and what it does not send is lost: a minute is what may be lost. */
export const usualPace: RegistrationPace = { lookEveryMs: 1_000, checkEveryMs: 60_000 };
