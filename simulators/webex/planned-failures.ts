import { type HttpAnswer, type HttpCall } from '../common/http-exchange.js';
import { errorAnswer } from './error-answer.js';

/** The value in Cisco's sample of a 429. */
const sampleRetryAfterSeconds = 3_600;

export interface PlannedFailure {
  /** How the path of the calls begins, `/v1` included. */
  readonly path: string;
  readonly method?: string;
  /** Without one the call takes effect and only its answer is late, as after a POST of which nobody knows the outcome. */
  readonly status?: number;
  /** 1 when missing. */
  readonly times?: number;
  /** Null leaves the header out; when missing, only a 429 carries it, with an hour. */
  readonly retryAfterSeconds?: number | null;
  /** The body is HTML; when missing, only that of a 429 is. */
  readonly html?: boolean;
  /** Real milliseconds before the answer; infinite waits until the client gives up. */
  readonly hangMs?: number;
}

/** What goes wrong next in the API. */
export class PlannedFailures {
  #planned: { readonly failure: PlannedFailure; left: number }[] = [];

  add(failure: PlannedFailure): void {
    if (failure.status === undefined && failure.hangMs === undefined) {
      throw new RangeError('A failure has a status, or hangs, or both.');
    }
    this.#planned.push({ failure, left: failure.times ?? 1 });
  }

  /** The failure that this call meets, which is used up by it. */
  take({ method, path }: HttpCall): PlannedFailure | undefined {
    const met = this.#planned.find(
      ({ failure }) => path.startsWith(failure.path) && (failure.method ?? method) === method,
    );
    if (met === undefined) return undefined;
    met.left -= 1;
    this.#planned = this.#planned.filter(({ left }) => left > 0);
    return met.failure;
  }
}

export interface HtmlAnswer extends Omit<HttpAnswer, 'body'> {
  readonly html: string;
}

/** The answer to a call that fails as planned, with nothing else done. */
export function failureAnswer(failure: PlannedFailure, status: number, trackingId: string): HttpAnswer | HtmlAnswer {
  const { retryAfterSeconds = status === 429 ? sampleRetryAfterSeconds : null, html = status === 429 } = failure;
  const headers = retryAfterSeconds === null ? {} : { 'Retry-After': String(retryAfterSeconds) };
  if (html) return { status, headers, html: `<html><body><h1>${status}</h1></body></html>` };
  return { ...errorAnswer(status, 'Planned failure', trackingId), headers };
}
