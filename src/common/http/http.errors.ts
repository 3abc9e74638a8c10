import { LiaisonError } from '../errors/liaison-error.js';

/** The path is known, but not for this method (RFC 9110 section 15.5.6). */
export class MethodNotAllowed extends LiaisonError {
  readonly code = 'method-not-allowed';
  readonly kind = 'caller';
  override readonly status = 405;
  constructor(methods: readonly string[]) {
    super({ detail: `This path takes ${methods.join(', ')}.`, headers: { allow: methods.join(', ') } });
  }
}

/** Nothing that the caller accepts can be answered. */
export class NotAcceptable extends LiaisonError {
  readonly code = 'not-acceptable';
  readonly kind = 'caller';
  override readonly status = 406;
  constructor(types: readonly string[]) {
    super({ detail: `This answers ${types.join(' or ')}, which the Accept header does not allow.` });
  }
}

/** The body has a media type that the route does not take. */
export class UnsupportedMediaType extends LiaisonError {
  readonly code = 'unsupported-media-type';
  readonly kind = 'caller';
  override readonly status = 415;
  constructor(types: readonly string[]) {
    // RFC 9110 section 15.5.16: the answer may say what would have been taken.
    super({ detail: `Send the body as ${types.join(' or ')}.`, headers: { accept: types.join(', ') } });
  }
}

/** The address is longer than we read. */
export class UriTooLong extends LiaisonError {
  readonly code = 'uri-too-long';
  readonly kind = 'caller';
  override readonly status = 414;
  constructor(longest: number) {
    super({ detail: `A path with its query may have ${longest} characters.` });
  }
}
