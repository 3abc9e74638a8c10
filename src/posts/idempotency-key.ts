import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { type Request } from 'express';
import { InvalidInput } from '../common/errors/liaison-error.js';

const name = 'Idempotency-Key';
const visibleAscii = /^[\x21-\x7e]{1,255}$/;

/** Throws `InvalidInput` unless the header is there once, with 1 to 255 visible ASCII characters. */
function readIdempotencyKey(header: string | undefined): string {
  if (header !== undefined && visibleAscii.test(header)) return header;
  throw new InvalidInput({
    detail: `The header ${name} is required: a name of your own for this request, the same in every try of it.`,
    faults: [{ pointer: name, detail: 'must be 1 to 255 visible ASCII characters' }],
  });
}

/** Injects the caller's own name for the request. */
export const IdempotencyKey = createParamDecorator((_: unknown, context: ExecutionContext): string =>
  readIdempotencyKey(context.switchToHttp().getRequest<Request>().get(name)),
);
