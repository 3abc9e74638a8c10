/** A server under test, listening. */
export interface RunningVariant {
  readonly port: number;
  /** How many group commits there were so far and how many rows they had, where the variant makes any. */
  batches?(): Promise<{ readonly count: number; readonly rows: number }>;
  stop(): Promise<void>;
}

export interface VariantSettings {
  readonly databaseUrl: string;
  /** Holds the master keys and the connections file. */
  readonly directory: string;
  readonly connectionsFile: string;
  /** `host:port` of what may be called although it is inside; nothing where it is missing. */
  readonly outboundAllow?: string;
}

export type StartVariant = (settings: VariantSettings) => Promise<RunningVariant>;
