import {
  type HeadersObject,
  type OperationObject,
  type ParameterObject,
  type ReferenceObject,
  type ResponseObject,
} from '@nestjs/swagger';
import { preferHeader } from '../../common/http/route-document.js';
import { problems, problemsOf } from './problem-responses.js';

/** Headers that many answers have. */
export const sharedHeaders: HeadersObject = {
  RequestId: {
    description: 'The id of the request: the one that was sent, where it is a UUID. Our log lines carry it.',
    schema: { type: 'string', format: 'uuid' },
  },
  ETag: { description: 'A weak tag of the answer; see `If-None-Match`.', schema: { type: 'string' } },
  RetryAfter: { description: 'Seconds after which another try makes sense.', schema: { type: 'integer', minimum: 0 } },
  RateLimit: {
    description: 'How many requests are left and when the count begins anew, where there is a limit.',
    schema: { type: 'string' },
  },
  PreferenceApplied: { description: 'The preference that was honoured (RFC 7240).', schema: { type: 'string' } },
};

/** Parameters that many operations take. */
export const sharedParameters: Record<string, ParameterObject> = {
  Fields: {
    name: 'fields',
    in: 'query',
    description:
      'Only these members of the answer, or of each item of a list; separate several by commas, go into an object with a ' +
      'dot: `id,author.displayName`.',
    schema: { type: 'string', maxLength: 2_000 },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    description: 'The `ETag` of an earlier answer: 304 without a body while it would be the same.',
    schema: { type: 'string' },
  },
};

const successes: Readonly<Record<string, string>> = {
  200: 'What was asked for.',
  201: 'Made.',
  202: 'Taken; it is done a moment later.',
  204: 'Done.',
};

const reference = (kind: string, name: string): ReferenceObject => ({ $ref: `#/components/${kind}/${name}` });

/** Adds what holds for every operation of the API: problems, headers, and for reads `fields` and conditional requests. */
export function completeAnswers(
  operation: OperationObject,
  place: {
    readonly method: string;
    readonly path: string;
    readonly isSecured: boolean;
    readonly own: readonly number[];
  },
): void {
  const answers = Object.entries(operation.responses).flatMap(([status, response]): [string, ResponseObject][] =>
    response === undefined || '$ref' in response ? [] : [[status, response]],
  );
  const isRead =
    place.method === 'get' && answers.some(([, { content }]) => content?.['application/json'] !== undefined);
  const honoursReturn = (operation.parameters ?? []).some((one) => 'name' in one && one.name === preferHeader);
  for (const [status, response] of answers) {
    if (response.description === '') response.description = successes[status] ?? 'See the summary.';
    response.headers = {
      ...response.headers,
      'X-Request-Id': reference('headers', 'RequestId'),
      ...(place.isSecured ? { RateLimit: reference('headers', 'RateLimit') } : {}),
      ...(isRead ? { ETag: reference('headers', 'ETag') } : {}),
      ...(honoursReturn ? { 'Preference-Applied': reference('headers', 'PreferenceApplied') } : {}),
    };
  }
  if (isRead) {
    operation.parameters = [
      ...(operation.parameters ?? []),
      reference('parameters', 'Fields'),
      reference('parameters', 'IfNoneMatch'),
    ];
    operation.responses['304'] = { description: 'The same as the answer with that `ETag`.' };
  }
  if (honoursReturn && '200' in operation.responses) {
    const { headers } = answers.find(([status]) => status === '200')?.[1] ?? {};
    operation.responses['204'] = { description: 'As 200, with `Prefer: return=minimal`.', ...(headers && { headers }) };
  }
  const statuses = problemsOf({
    ...place,
    hasId: place.path.includes('{'),
    hasBody: operation.requestBody !== undefined,
    answersBody: answers.some(([, { content }]) => content !== undefined),
  });
  for (const status of statuses) {
    const { name } = problems[status] ?? {};
    if (name !== undefined) operation.responses[String(status)] = reference('responses', name);
  }
}
