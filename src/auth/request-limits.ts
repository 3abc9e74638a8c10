/** Injection token of the `RequestLimits`. */
export const REQUEST_LIMITS = Symbol('request limits');

/** How much of the REST API may be used; each process counts for itself. */
export interface RequestLimits {
  /** Of one credential, where its key has no limit of its own; 0: as many as they like. */
  readonly requestsPerMinute: number;
  /** From one address; 0: as many as they like. */
  readonly failedLoginsPerMinute: number;
}
