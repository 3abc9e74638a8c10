import { type CrmAnswer } from '../common/crm-server.js';

/** A no in the form of the REST API. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly fields: readonly string[] = [],
  ) {
    super(message);
  }

  get answer(): CrmAnswer {
    const { status, message, code: errorCode, fields } = this;
    return { status, body: [fields.length === 0 ? { message, errorCode } : { message, errorCode, fields }] };
  }
}

export function notFound(message = 'The requested resource does not exist'): ApiError {
  return new ApiError(404, 'NOT_FOUND', message);
}
