import { type OpenAPIObject } from '@nestjs/swagger';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiKeysService } from '../../src/auth/api-keys.service.js';
import { requestTo } from '../setup/api-calls.js';
import { callOperation, faultsOfAnswer } from '../setup/api-caller.js';
import { ApiDocument, type ApiOperation } from '../setup/api-document.js';
import { differences, ExampleRecorder, shapeOf } from '../setup/api-examples.js';
import { refusals } from '../setup/api-refusals.js';
import { startApiStage, type ApiStage } from '../setup/api-stage.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';

const isRecording = process.env['LIAISON_RECORD_EXAMPLES'] === 'true';

describe('the answers of a running service', () => {
  let database: TestDatabase;
  let stage: ApiStage;
  let document: ApiDocument;
  let recorder: ExampleRecorder;

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startApiStage(database.url);
    document = new ApiDocument(await stage.service.get<OpenAPIObject>('/openapi.json'));
    recorder = new ExampleRecorder(stage.hosts);
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  /** What is wrong with the answer of an operation that is called so that it succeeds. */
  async function faultsOfSuccess(operation: ApiOperation): Promise<readonly string[]> {
    const request = await requestTo(stage, operation);
    const answer = await callOperation(stage.service, operation, request);
    if (answer.status >= 300) return [`${answer.status} ${JSON.stringify(answer.body)}`];
    recorder.record(operation.operationId, request.body, answer);
    return faultsOfAnswer(document, operation, answer);
  }

  it('are what the document says, for every operation', { timeout: 120_000 }, async () => {
    const wrong: string[] = [];
    for (const operation of document.operations) {
      const faults = await faultsOfSuccess(operation);
      wrong.push(...faults.map((fault) => `${operation.operationId}: ${fault}`));
    }
    expect(wrong).toEqual([]);
  });

  it('are what the document says where a request is refused', async () => {
    const { text: reader } = await stage.service.app.get(ApiKeysService).create('default', 'reader', ['events:read']);
    const wrong: string[] = [];
    for (const { status, operationId, request, credential } of refusals(stage, reader)) {
      const operation = document.operation(operationId);
      const answer = await callOperation(stage.service, operation, request, credential);
      recorder.recordProblem(answer);
      if (answer.status !== status) wrong.push(`${operationId} answered ${answer.status} instead of ${status}`);
      wrong.push(...faultsOfAnswer(document, operation, answer).map((fault) => `${operationId}: ${fault}`));
    }
    expect(wrong).toEqual([]);
  });

  it('look like the examples in the document', async () => {
    if (isRecording) {
      await recorder.save();
      return;
    }
    const wrong: string[] = [];
    for (const operation of document.operations) {
      for (const [status, answer] of recorder.answersOf(operation.operationId)) {
        const content = operation.responses[status]?.content?.['application/json'];
        const [schema, example] = [content?.schema ?? {}, content?.example as unknown];
        const faults =
          example === undefined
            ? ['there is none']
            : [
                ...document.faultsOf(example, schema),
                ...differences(shapeOf(document, example, schema), shapeOf(document, answer, schema)),
              ];
        wrong.push(...faults.map((fault) => `the example of ${operation.operationId}, ${status}: ${fault}`));
      }
    }
    expect(wrong, 'npm run api records the examples anew').toEqual([]);
  });
});
