import { type NextFunction, type Request, type Response } from 'express';
import { LiaisonError } from '../errors/liaison-error.js';
import { noteApiCall, type ApiCall } from './api-call.js';
import { selectFields, type FieldSelection } from './field-selection.js';
import { MethodNotAllowed, NotAcceptable, UnsupportedMediaType, UriTooLong } from './http.errors.js';
import { type OperationRules, type PathRules, type RulesOfPaths } from './operation-rules.js';
import { invalidInput } from './validation.js';

/** Node itself gives up on a request line and headers of 16 kB together. */
const longestUri = 8_000;

/**
 * Holds every request for the API to what the OpenAPI document says of its path: the method (405 with `Allow`; OPTIONS is
 * answered), what is accepted (406), the media type of a body (415), the names in its query and in `fields` (400). So
 * what the document does not say is not taken, on every route alike. All but the method is refused by the guard, once it
 * knows who calls. Paths that the document does not know pass.
 */
export function holdToDocument(
  rules: () => RulesOfPaths,
): (request: Request, response: Response, next: NextFunction) => void {
  return (request, response, next) => {
    if (request.originalUrl.length > longestUri) throw new UriTooLong(longestUri);
    const path = rules().find(request.baseUrl + request.path);
    if (path === undefined) {
      next();
      return;
    }
    if (request.method === 'OPTIONS') {
      response.status(204).setHeader('allow', allowedBy(path).join(', ')).end();
      return;
    }
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    const operation = path.get(isRead ? 'GET' : request.method);
    if (operation === undefined) throw new MethodNotAllowed(allowedBy(path));
    noteApiCall(request, { operation, isRead, ...judge(request, operation) });
    // It tells caches to ask whom they got an answer from, which is us (RFC 9111 section 5.2.1.4). Express would never
    // answer 304 to it, and `fetch` sends it along with every If-None-Match.
    delete request.headers['cache-control'];
    response.setHeader('cache-control', isRead ? 'private, no-cache' : 'no-store');
    next();
  };
}

function allowedBy(path: PathRules): readonly string[] {
  return [...path.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).concat('OPTIONS');
}

function judge(request: Request, operation: OperationRules): Pick<ApiCall, 'fault' | 'selection'> {
  try {
    checkMediaTypes(request, operation);
    return { fault: undefined, selection: takeFields(request, operation) };
  } catch (fault) {
    if (!(fault instanceof LiaisonError)) throw fault;
    return { fault, selection: undefined };
  }
}

function checkMediaTypes(request: Request, { consumes, produces }: OperationRules): void {
  if (request.headers.accept !== undefined && produces.length > 0 && request.accepts([...produces]) === false) {
    throw new NotAcceptable(produces);
  }
  if (consumes.length > 0 && hasBody(request) && request.is([...consumes]) === false) {
    throw new UnsupportedMediaType(consumes);
  }
}

/** One of no bytes has no type either. */
function hasBody({ headers }: Request): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** Checks the names in the query, and takes `fields` out of it: no route needs to know of it. */
function takeFields(request: Request, operation: OperationRules): FieldSelection | undefined {
  const { fields, ...query }: Record<string, unknown> = request.query;
  const unknown = Object.keys(request.query).filter((name) => !operation.query.has(name));
  if (unknown.length > 0) {
    throw invalidInput(unknown.map((name) => ({ pointer: `/${name}`, detail: 'is no parameter of this route' })));
  }
  // Express would parse the query anew on every access.
  Object.defineProperty(request, 'query', { value: query });
  if (fields === undefined || operation.fields === undefined) return undefined;
  if (typeof fields !== 'string') throw invalidInput([{ pointer: '/fields', detail: 'must be given once' }]);
  return selectFields(fields, operation.fields);
}
