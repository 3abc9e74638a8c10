import { type OpenAPIObject } from '@nestjs/swagger';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requestsTo, type KnownWords, type RandomRequest } from '../setup/api-arbitraries.js';
import { requestTo, type ApiRequest } from '../setup/api-calls.js';
import { faultsOfAnswer } from '../setup/api-caller.js';
import { ApiDocument } from '../setup/api-document.js';
import { startApiStage, type ApiStage } from '../setup/api-stage.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { adminKey, bodyOf, type Answer } from '../setup/service.js';

/** The full form is 20,000. */
const requests = Number(process.env['LIAISON_RANDOM_REQUESTS'] ?? 1_500);
const seed = process.env['LIAISON_RANDOM_SEED'];

/** Their own ids are used up by these; all others may be called with any id. */
const destructive = new Set([
  'changeConnection',
  'changeCrmConnection',
  'removeConnection',
  'removeCrmConnection',
  'removeCrmLink',
  'removeCrmLinkRule',
  'revokeGrant',
  'revokeKey',
  'rotateKey',
]);

describe('requests made at random from the OpenAPI document', () => {
  let database: TestDatabase;
  let stage: ApiStage;
  let document: ApiDocument;
  const statuses = new Map<number, number>();

  beforeAll(async () => {
    database = await createTestDatabase();
    stage = await startApiStage(database.url);
    document = new ApiDocument(await stage.service.get<OpenAPIObject>('/openapi.json'));
  });
  afterAll(async () => {
    await stage.end();
    await database.drop();
  });

  async function knownWords(): Promise<KnownWords> {
    const known = new Map<string, readonly ApiRequest[]>();
    for (const operation of document.operations) {
      known.set(operation.operationId, [await requestTo(stage, operation), await requestTo(stage, operation)]);
    }
    return { requests: known, ids: Object.values(stage.ids).filter((id) => id.length === 36) };
  }

  async function send({ method, url, headers, body }: RandomRequest): Promise<Answer<unknown>> {
    const response = await fetch(stage.service.url + url, {
      method,
      headers: {
        authorization: `Bearer ${adminKey}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body }),
    });
    return { status: response.status, headers: response.headers, body: await bodyOf(response) };
  }

  it('are answered as it says, and never by a fault of ours', { timeout: 60_000 + 100 * requests }, async () => {
    const known = await knownWords();
    const spared = new Set(Object.values(stage.ids));
    const property = fc.asyncProperty(requestsTo(document, document.operations, known), async (request) => {
      // Nobody has a minute for each.
      fc.pre(!/[?&]wait=([2-9]|\d{2})/.test(request.url));
      fc.pre(!(destructive.has(request.operationId) && [...spared].some((id) => request.url.includes(id))));
      const answer = await send(request);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const isPartial = request.url.includes('fields=');
      expect(faultsOfAnswer(document, document.operation(request.operationId), answer, isPartial)).toEqual([]);
      expect([500, 503]).not.toContain(answer.status);
    });
    await fc.assert(property, {
      numRuns: requests,
      ...(seed === undefined ? {} : { seed: Number(seed) }),
      maxSkipsPerRun: 1_000,
      endOnFailure: false,
    });
    // A run in which everything is refused would prove nothing.
    const succeeded = [...statuses].reduce((sum, [status, count]) => (status < 300 ? sum + count : sum), 0);
    expect(succeeded / requests).toBeGreaterThan(0.2);
  });
});
