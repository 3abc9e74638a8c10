import { type OperationObject } from '@nestjs/swagger';
import recorded from './examples.json' with { type: 'json' };

/** What a running service answered to one operation, and what it was sent. */
export interface RecordedOperation {
  readonly request?: unknown;
  /** By status. */
  readonly responses: Readonly<Record<string, unknown>>;
}

export interface Examples {
  readonly operations: Readonly<Record<string, RecordedOperation>>;
  /** Problems by status. */
  readonly problems: Readonly<Record<string, unknown>>;
}

/** The answers of a service on sample data. A test records them and fails when they no longer look like what it gets. */
export const recordedExamples: Examples = recorded;

/** Puts the recorded request and answers of an operation beside their schemas. */
export function addExamples(operation: OperationObject, { operations }: Examples): void {
  const example = operations[operation.operationId ?? ''];
  if (example === undefined) return;
  const { requestBody, responses } = operation;
  const body = requestBody === undefined || '$ref' in requestBody ? undefined : requestBody.content['application/json'];
  if (body !== undefined && example.request !== undefined) body.example = example.request;
  for (const [status, answer] of Object.entries(example.responses)) {
    const response = responses[status];
    const json = response === undefined || '$ref' in response ? undefined : response.content?.['application/json'];
    if (json !== undefined) json.example = answer;
  }
}
