import { type ApiDocument, type ApiOperation } from './api-document.js';
import { type ApiRequest } from './api-calls.js';
import { type Answer, type TestService } from './service.js';

/** Sends a request to an operation, as the admin unless another credential is given. */
export function callOperation(
  service: TestService,
  operation: ApiOperation,
  request: ApiRequest,
  credential?: string | null,
): Promise<Answer<unknown>> {
  const path = operation.path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(request.path?.[name] ?? `{${name}}`),
  );
  const query = new URLSearchParams(
    Object.entries(request.query ?? {}).map(([name, value]): [string, string] => [name, String(value)]),
  );
  return service.call<unknown>(
    operation.method.toUpperCase(),
    query.size === 0 ? path : `${path}?${query.toString()}`,
    {
      ...(request.headers === undefined ? {} : { headers: request.headers }),
      ...(request.body === undefined ? {} : { body: request.body }),
      ...(credential === undefined ? {} : { credential }),
    },
  );
}

/**
 * How an answer differs from what the document says of it: its status, its content type, its body and its headers. Where
 * only some fields were asked for, members may be missing.
 */
export function faultsOfAnswer(
  document: ApiDocument,
  operation: ApiOperation,
  answer: Answer<unknown>,
  isPartial = false,
): readonly string[] {
  const response = operation.responses[String(answer.status)];
  if (response === undefined) {
    const body = JSON.stringify(answer.body).slice(0, 500);
    return [`status ${answer.status} is not documented: say it with @ApiProblems or a response decorator: ${body}`];
  }
  const missing = Object.keys(response.headers ?? {})
    .filter((name) => !optionalHeaders.has(name.toLowerCase()) && answer.headers.get(name) === null)
    .map((name) => `there is no header ${name}`);
  const types = Object.keys(response.content ?? {});
  const type = (answer.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (answer.body === undefined) return missing;
  if (types.length === 0) return [...missing, `no body is documented for ${answer.status}`];
  const { schema } = response.content?.[type] ?? {};
  if (schema === undefined) return [...missing, `the content type is ${type}, not ${types.join(' or ')}`];
  return [
    ...missing,
    ...document.faultsOf(answer.body, schema, isPartial && answer.status < 300 ? 'some fields' : 'all fields'),
  ];
}

/** Those that an answer has only where there is something to say. */
const optionalHeaders = new Set(['retry-after', 'preference-applied', 'location', 'ratelimit']);
