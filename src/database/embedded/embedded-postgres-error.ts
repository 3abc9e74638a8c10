/** What can go wrong on the way to a running embedded server; stable, so that a program can tell them apart. */
type EmbeddedPostgresErrorCode =
  | 'embedded-postgres-not-found'
  | 'embedded-postgres-not-permitted'
  | 'embedded-postgres-cannot-drop-root'
  | 'embedded-postgres-data-elsewhere'
  | 'embedded-postgres-major-mismatch'
  | 'embedded-postgres-init-failed'
  | 'embedded-postgres-start-failed'
  | 'embedded-postgres-owner-not-ready'
  | 'embedded-postgres-still-running';

/** The embedded server cannot be had; `message` says what the operator can do and never holds the password. */
export class EmbeddedPostgresError extends Error {
  readonly code: EmbeddedPostgresErrorCode;

  constructor(code: EmbeddedPostgresErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'EmbeddedPostgresError';
    this.code = code;
  }
}
