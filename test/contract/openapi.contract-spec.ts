import { fileURLToPath } from 'node:url';
import { createConfig, lintFromString } from '@redocly/openapi-core';
import { type OpenAPIObject } from '@nestjs/swagger';
import openapiTS, { astToString } from 'openapi-typescript';
import { format } from 'prettier';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ApiDocument } from '../setup/api-document.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startTestService, type TestService } from '../setup/service.js';

/** What the recommended rules complain of and why we do it all the same. */
const exceptions: readonly { readonly rule: string; readonly at: RegExp; readonly because: string }[] = [
  {
    rule: 'operation-4xx-response',
    at: /^#\/paths\/~1health~1/,
    because: 'Probes of an orchestrator take no input and need no credential, so nothing can be wrong with them.',
  },
];

describe('the OpenAPI document', () => {
  let database: TestDatabase;
  let service: TestService;
  let source: OpenAPIObject;
  let document: ApiDocument;

  beforeAll(async () => {
    database = await createTestDatabase();
    service = await startTestService(database.url, { LIAISON_PUBLIC_URL: 'https://liaison.example' });
    await service.ready;
    source = await service.get<OpenAPIObject>('/openapi.json');
    document = new ApiDocument(source);
  });
  afterAll(async () => {
    await service.stop();
    await database.drop();
  });

  it('is of version 3.1 and keeps the recommended rules of Redocly, but for exceptions that have a reason', async () => {
    expect(source.openapi).toMatch(/^3\.1\.\d+$/);
    const found = await lintFromString({
      source: JSON.stringify(source),
      absoluteRef: 'openapi.json',
      config: await createConfig({ extends: ['recommended'] }),
    });
    const problems = found.map(({ ruleId, message, location: [place] }) => ({
      ruleId,
      message,
      pointer: place?.pointer ?? '',
    }));
    const isExcepted = ({ ruleId, pointer }: (typeof problems)[number]): boolean =>
      exceptions.some(({ rule, at }) => rule === ruleId && at.test(pointer));
    expect(problems.filter((problem) => !isExcepted(problem))).toEqual([]);
    expect(
      exceptions.filter(({ rule, at }) => !problems.some(({ ruleId, pointer }) => rule === ruleId && at.test(pointer))),
    ).toEqual([]);
  });

  it('names every operation by a verb and a noun, once', () => {
    const names = document.operations.map(({ operationId }) => operationId);
    const unnamed = names.filter((name) => !/^[a-z]+([A-Z][a-z]+)+$/.test(name));
    expect(unnamed, 'give the route an `operationId` in @ApiOperation, such as listSpaces').toEqual([]);
    expect(new Set(names).size).toBe(names.length);
  });

  it('says of every operation what it is for, in a group that says what it is about', () => {
    const described = new Set(
      (source.tags ?? []).filter(({ description = '' }) => description !== '').map(({ name }) => name),
    );
    const operations = Object.values(source.paths).flatMap((item) =>
      [item.get, item.post, item.patch, item.delete].flatMap((one) => one ?? []),
    );
    const wrong = operations.flatMap(({ operationId = '', summary = '', tags = [] }) => [
      ...(summary === '' ? [`${operationId}: give it a summary in @ApiOperation`] : []),
      ...(tags.length === 1 && tags.every((tag) => described.has(tag))
        ? []
        : [
            `${operationId}: give its controller one tag by @ApiTags, and describe it in src/bootstrap/openapi/tags.ts`,
          ]),
    ]);
    expect(wrong).toEqual([]);
    const used = new Set(operations.flatMap(({ tags = [] }) => tags));
    expect(
      [...described].filter((tag) => !used.has(tag)),
      'a tag that no operation has',
    ).toEqual([]);
  });

  it('says of every number whether it is whole, and of every time that it is one', () => {
    const wrong: string[] = [];
    const walk = (value: unknown, place: string): void => {
      if (typeof value !== 'object' || value === null || /\/(example|anyOf)$/.test(place)) return;
      if ('type' in value && [value.type].flat().includes('number') && !('format' in value))
        wrong.push(`${place}: say type: 'integer', or format: 'double' beside type: Number, in @ApiProperty`);
      const isTime =
        /(At|since|until)$/.test(place.split('/').at(-1) ?? '') &&
        'type' in value &&
        [value.type].flat().includes('string');
      if (isTime && !('format' in value)) wrong.push(`${place}: say format: 'date-time' in @ApiProperty`);
      for (const [name, member] of Object.entries(value)) walk(member, `${place}/${name}`);
    };
    walk(source.components?.schemas, '');
    expect(wrong).toEqual([]);
  });

  it('tells of every secured operation which scope it needs', () => {
    const scopes = Object.values(source.paths).flatMap((item) =>
      [item.get, item.post, item.patch, item.delete].flatMap((one) =>
        (one?.security ?? []).flatMap((need) => Object.values(need)),
      ),
    );
    expect(scopes.length).toBeGreaterThan(50);
    for (const scope of scopes) expect(scope).toHaveLength(1);
  });

  it('is what the types of the client are made of (`npm run api` makes them anew)', async () => {
    const withoutExamples = JSON.parse(JSON.stringify(source), (name, value: unknown) =>
      name === 'example' ? undefined : value,
    ) as object;
    // A copy, as the generator writes into what it is given; an object of JSON is what it takes.
    const types = astToString(await openapiTS(withoutExamples as Parameters<typeof openapiTS>[0]));
    const text = `// Made from the OpenAPI document by \`npm run api\`; not to be changed by hand.\n${types}`;
    const file = fileURLToPath(new URL('../../packages/client/src/schema.ts', import.meta.url));
    await expect(await format(text, { parser: 'typescript', singleQuote: true, printWidth: 120 })).toMatchFileSnapshot(
      file,
    );
  });
});
