import { type HeadersObject, type ResponseObject, type SchemaObject } from '@nestjs/swagger';

/** RFC 9457, as `ProblemFilter` writes it. */
export const problemSchema: SchemaObject = {
  type: 'object',
  description: 'Problem details (RFC 9457). What the codes mean and what to do: docs/problems.md.',
  properties: {
    type: { type: 'string', format: 'uri', description: 'A URN that ends in the code; the codes are stable.' },
    title: { type: 'string', description: 'The name of the status.' },
    status: { type: 'integer', minimum: 400, maximum: 599 },
    detail: { type: 'string', description: 'For people; it may change.' },
    instance: { type: 'string', format: 'uri', description: "The request's id, which our log lines carry too." },
    errors: {
      type: 'array',
      description: 'Each wrong place in the input.',
      items: {
        type: 'object',
        properties: {
          pointer: { type: 'string', description: 'A JSON pointer, or the name of a header.' },
          detail: { type: 'string', description: 'What would be right.' },
        },
        required: ['pointer', 'detail'],
      },
    },
  },
  required: ['type', 'title', 'status', 'detail', 'instance'],
};

const requestId: HeadersObject = { 'X-Request-Id': { $ref: '#/components/headers/RequestId' } };
const retryAfter: HeadersObject = { 'Retry-After': { $ref: '#/components/headers/RetryAfter' } };

interface Problem {
  readonly name: string;
  readonly description: string;
  readonly headers?: HeadersObject;
}

/** Every status of a problem: the name of its component, and what it means. */
export const problems: Readonly<Record<number, Problem>> = {
  400: { name: 'BadRequest', description: 'The input breaks a rule; `errors` names each place.' },
  401: {
    name: 'NotAuthenticated',
    description: 'No valid credential.',
    headers: { 'WWW-Authenticate': { description: 'How to authenticate.', schema: { type: 'string' } } },
  },
  403: { name: 'ScopeMissing', description: 'The credential lacks the scope of the route.' },
  404: { name: 'NotFound', description: 'There is no such thing for this tenant.' },
  406: { name: 'NotAcceptable', description: 'The Accept header allows nothing that could be answered.' },
  409: { name: 'Conflict', description: 'It contradicts what is there.' },
  413: { name: 'BodyTooLarge', description: 'The body has more than 256 kB.' },
  414: { name: 'UriTooLong', description: 'The path with its query has more than 8,000 characters.' },
  415: {
    name: 'UnsupportedMediaType',
    description: 'The body has another media type or encoding than the route takes.',
  },
  429: { name: 'TooManyRequests', description: 'Too many requests for now.', headers: retryAfter },
  500: { name: 'Internal', description: 'Our fault; quote the `instance` when you report it.' },
  502: { name: 'UpstreamFailed', description: 'A platform could not be reached, or did not answer as it should.' },
  503: { name: 'Unavailable', description: 'The database cannot be asked now.', headers: retryAfter },
};

/** The components, with the examples that were recorded. */
export function problemResponses(examples: Readonly<Record<string, unknown>>): Record<string, ResponseObject> {
  return Object.fromEntries(
    Object.entries(problems).map(([status, { name, description, headers }]) => [
      name,
      {
        description,
        headers: { ...requestId, ...headers },
        content: {
          'application/problem+json': {
            schema: { $ref: '#/components/schemas/Problem' },
            ...(status in examples ? { example: examples[status] } : {}),
          },
        },
      },
    ]),
  );
}

/** The problems that follow from the shape of an operation, and those that its route adds. */
export function problemsOf(operation: {
  readonly isSecured: boolean;
  readonly hasId: boolean;
  readonly hasBody: boolean;
  readonly answersBody: boolean;
  readonly own: readonly number[];
}): readonly number[] {
  return [
    ...[400, 414, 500, 503],
    ...(operation.isSecured ? [401, 403, 429] : []),
    ...(operation.hasId ? [404] : []),
    ...(operation.hasBody ? [413, 415] : []),
    ...(operation.answersBody ? [406] : []),
    ...operation.own,
  ];
}
