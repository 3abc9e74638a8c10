/** An answer with an error, as EspoCRM's `ErrorOutput` makes it: the words stand in `X-Status-Reason`. */
export class EspoError extends Error {
  constructor(
    readonly status: number,
    readonly reason?: string,
    readonly body?: unknown,
  ) {
    super(reason ?? String(status));
  }
}
