/** How every variant is measured. */
export interface MeasureSettings {
  readonly connections: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  /** A slow variant is warmed up for longer, until it has had so many requests. */
  readonly warmUpRequests: number;
  readonly quietWithinMs: number;
  readonly connectionsFile: string;
  /** Where to write a CPU profile of the measured window, if anywhere. */
  readonly profilePath: string | undefined;
}
