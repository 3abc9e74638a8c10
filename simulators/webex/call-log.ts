/** A request that reached the API, whatever became of it. */
export interface RecordedCall {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  /** The simulator's time. */
  readonly at: number;
}

/** Every request to the API, so that a test can prove how many a client made. */
export class CallLog {
  readonly #calls: RecordedCall[] = [];

  /** In the order they came. */
  get all(): readonly RecordedCall[] {
    return this.#calls;
  }

  record(call: RecordedCall): void {
    this.#calls.push(call);
  }

  /** How many went to this path or below it. */
  count(path: string, { method }: { readonly method?: string } = {}): number {
    return this.#calls.filter(
      (call) =>
        (call.path === path || call.path.startsWith(`${path}/`)) && (method === undefined || call.method === method),
    ).length;
  }
}
