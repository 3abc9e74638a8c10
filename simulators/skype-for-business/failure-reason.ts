/** Why an operation failed, or a word about what happened; only `code` is sure to be there. */
export interface FailureReason {
  readonly code: string;
  readonly subcode?: string;
  readonly message?: string | null;
}

export function remoteFailure(subcode: string, message: string): FailureReason {
  return { code: 'RemoteFailure', subcode, message };
}
