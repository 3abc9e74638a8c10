import { randomUUID } from 'node:crypto';
import { type CrmAnswer } from '../common/crm-server.js';

/** A fault of one property, as HubSpot tells it. */
export interface PropertyFault {
  readonly name: string;
  readonly code: string;
  readonly message: string;
}

/** An error in the form of HubSpot's API. */
export function errorAnswer(
  status: number,
  category: string,
  message: string,
  more: Readonly<Record<string, unknown>> = {},
): CrmAnswer {
  return { status, body: { status: 'error', message, correlationId: randomUUID(), category, ...more } };
}

/** The faults stand twice in it: as JSON inside the message, and one by one. */
export function invalidProperties(faults: readonly PropertyFault[]): CrmAnswer {
  const inMessage = faults.map(({ name, code, message }) => ({ isValid: false, message, error: code, name }));
  return errorAnswer(400, 'VALIDATION_ERROR', `Property values were not valid: ${JSON.stringify(inMessage)}`, {
    errors: faults.map(({ name, code, message }) => ({ message, code, context: { propertyName: [name] } })),
  });
}

export function notFound(message = 'resource not found'): CrmAnswer {
  return errorAnswer(404, 'OBJECT_NOT_FOUND', message);
}

/** Past the limit of ten seconds; this form has no category. */
export function tooManyCalls(): CrmAnswer {
  return {
    status: 429,
    body: {
      status: 'error',
      message: 'You have reached your ten_secondly_rolling limit.',
      errorType: 'RATE_LIMIT',
      correlationId: randomUUID(),
      policyName: 'TEN_SECONDLY_ROLLING',
    },
  };
}
