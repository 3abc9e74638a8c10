/** The platform does not let this person do this; `status` is what its REST interface answers. */
export class RefusedActionError extends Error {
  constructor(
    readonly status: 400 | 401 | 403 | 404 | 405 | 409 | 413 | 415,
    message: string,
  ) {
    super(message);
    this.name = 'RefusedActionError';
  }
}
