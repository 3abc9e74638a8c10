import { type components } from './schema.js';

/** Problem details (RFC 9457), as the service answers them. */
export type Problem = components['schemas']['Problem'];

/** What `unwrap` and the iterators throw when the service refuses a request or cannot serve it. */
export class LiaisonProblem extends Error {
  override readonly name = 'LiaisonProblem';
  /** The stable name of the problem, such as `not-found`; docs/problems.md lists them. */
  readonly code: string;
  /** Seconds after which another try makes sense, where the service says so. */
  readonly retryAfterSeconds: number | undefined;

  constructor(
    readonly status: number,
    /** All that the service said; undefined where something else answered, such as a proxy. */
    readonly problem: Problem | undefined,
    retryAfter: string | null,
  ) {
    super(problem?.detail ?? `The answer was ${status} without an explanation.`);
    this.code = problem?.type.replace(/^urn:liaison:problem:/, '') ?? 'unknown';
    this.retryAfterSeconds = retryAfter !== null && /^\d{1,6}$/.test(retryAfter) ? Number(retryAfter) : undefined;
  }

  /** Whether the same request may succeed later. */
  get isTransient(): boolean {
    return this.status === 429 || this.status >= 500;
  }
}

/** What a call resolves to, whether it succeeded or not. */
export interface Outcome<Data> {
  readonly data?: Data;
  readonly error?: unknown;
  readonly response: Response;
}

/** The data of a call. Throws `LiaisonProblem` for every answer that is no success. */
export async function unwrap<Data>(call: PromiseLike<Outcome<Data>>): Promise<Data> {
  const { data, error, response } = await call;
  if (!response.ok)
    throw new LiaisonProblem(
      response.status,
      isProblem(error) ? error : undefined,
      response.headers.get('retry-after'),
    );
  // An answer without a body has undefined data, and a type that says so.
  return data as Data;
}

function isProblem(error: unknown): error is Problem {
  return (
    typeof error === 'object' &&
    error !== null &&
    'type' in error &&
    typeof error.type === 'string' &&
    'detail' in error
  );
}
