/** A sentence with figures that were read back, and whether they are what they should be. */
export interface Check {
  readonly claim: string;
  readonly holds: boolean;
}
