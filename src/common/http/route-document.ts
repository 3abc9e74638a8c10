import { SetMetadata, type CustomDecorator } from '@nestjs/common';
import { ApiHeader, type HeadersObject } from '@nestjs/swagger';

/** The statuses of problems that only some routes answer; what follows from a route's shape needs not be said. */
export type OwnProblem = 404 | 409 | 502;

const ownProblems = 'liaison:problems';

/** Says which problems a route answers besides those that follow from its shape. */
export function ApiProblems(...statuses: readonly OwnProblem[]): CustomDecorator {
  return SetMetadata(ownProblems, statuses);
}

/** What `ApiProblems` said of a route. */
export function ownProblemsOf(handler: () => unknown): readonly OwnProblem[] {
  // What the decorator above has set.
  return (Reflect.getMetadata(ownProblems, handler) as readonly OwnProblem[] | undefined) ?? [];
}

/** The headers of an answer with an `id`, which is read below the same path; the answer then has them (`ApiAdapter`). */
export const located: HeadersObject = {
  Location: { description: 'Where it is to be read.', schema: { type: 'string', format: 'uri-reference' } },
};

/** The name of the header by which a caller says what it wants back (RFC 7240). */
export const preferHeader = 'Prefer';

/** Says that callers of a write may leave its body away; the route then does so (`ApiAdapter`). */
export function ApiReturnPreference(): MethodDecorator {
  return ApiHeader({
    name: preferHeader,
    description:
      '`return=minimal` for an answer without a body, `return=representation` for the one that there is otherwise (RFC 7240).',
    schema: { type: 'string', enum: ['return=minimal', 'return=representation'] },
  });
}
