import { type Request } from 'express';
import { type LiaisonError } from '../errors/liaison-error.js';
import { type FieldSelection } from './field-selection.js';
import { type OperationRules } from './operation-rules.js';

/** A request for the REST API that was held to the document, and what its caller wants of the answer. */
export interface ApiCall {
  readonly operation: OperationRules;
  readonly isRead: boolean;
  /** What is wrong with the request by the document. */
  readonly fault: LiaisonError | undefined;
  /** What is wanted of each item of a page, or of the answer itself; undefined for all. */
  readonly selection: FieldSelection | undefined;
}

const calls = new WeakMap<object, ApiCall>();

/** Notes what a request is; only `holdToDocument` does so. */
export function noteApiCall(request: Request, call: ApiCall): void {
  calls.set(request, call);
}

/** Undefined for whatever is no call of the REST API, such as a webhook call. */
export function apiCallOf(request: Request): ApiCall | undefined {
  return calls.get(request);
}

/** Throws what is wrong with a request by the document. Asked by the guard, so that strangers hear of nothing but 401. */
export function refuseFaultyCall(request: Request): void {
  const fault = calls.get(request)?.fault;
  if (fault !== undefined) throw fault;
}
