/** The platform does not let this actor do this; `status` is what its interfaces answer. */
export class RefusedActionError extends Error {
  constructor(
    readonly status: 400 | 403 | 404,
    message: string,
  ) {
    super(message);
    this.name = 'RefusedActionError';
  }
}
