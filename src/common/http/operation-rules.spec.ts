import { type ContentObject, type OpenAPIObject } from '@nestjs/swagger';
import { describe, expect, it } from 'vitest';
import { RulesOfPaths } from './operation-rules.js';

const json = (name: string): ContentObject => ({
  'application/json': { schema: { $ref: `#/components/schemas/${name}` } },
});
const document: OpenAPIObject = {
  openapi: '3.1.1',
  info: { title: 'Test', version: '1' },
  paths: {
    '/v1/things': {
      get: {
        parameters: [{ name: 'limit', in: 'query' }, { $ref: '#/components/parameters/Fields' }],
        responses: { 200: { description: '', content: json('ThingPage') } },
      },
      post: {
        parameters: [{ name: 'Prefer', in: 'header' }],
        requestBody: { content: { 'application/json': {} } },
        responses: { 201: { description: '', headers: { Location: {} }, content: json('Thing') } },
      },
    },
    '/v1/things/{id}': { get: { responses: { 200: { description: '', content: json('Thing') } } } },
    '/v1/things/latest': { delete: { responses: { 204: { description: '' } } } },
  },
  components: {
    parameters: { Fields: { name: 'fields', in: 'query' } },
    schemas: {
      Thing: {
        type: 'object',
        properties: {
          id: { type: 'string' },
          parent: { anyOf: [{ $ref: '#/components/schemas/Thing' }, { type: 'null' }] },
          data: { type: 'object', additionalProperties: true },
        },
      },
      ThingPage: {
        type: 'object',
        properties: {
          items: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
          nextCursor: { type: ['string', 'null'] },
        },
      },
    },
  },
};

describe('the rules of a path', () => {
  const rules = new RulesOfPaths(document);

  it.each([
    ['/v1/things', ['GET', 'POST']],
    ['/v1/things/', ['GET', 'POST']],
    ['/V1/Things', ['GET', 'POST']],
    ['/v1/things/7', ['GET']],
    ['/v1/things/a%20b/', ['GET']],
    ['/v1/things/latest', ['DELETE']],
    ['/v1/things/7/more', undefined],
    ['/v1/thing', undefined],
    ['/v1/things//', undefined],
  ])('%s takes %j', (path, methods) => {
    expect(rules.find(path) && [...(rules.find(path)?.keys() ?? [])]).toEqual(methods);
  });

  it('name the parameters of a query and the fields of the items of a page', () => {
    const list = rules.find('/v1/things')?.get('GET');
    expect([...(list?.query ?? [])]).toEqual(['limit', 'fields']);
    expect(list?.isPage).toBe(true);
    expect([...(list?.fields?.members.keys() ?? [])]).toEqual(['id', 'parent', 'data']);
  });

  it('follow what may be null, end where a schema contains itself, and leave what is open as it is', () => {
    const fields = rules.find('/v1/things')?.get('GET')?.fields;
    let depth = 0;
    for (let at = fields; at !== undefined; at = at.members.get('parent')) depth += 1;
    expect(depth).toBeGreaterThan(2);
    expect(depth).toBeLessThan(20);
    expect(fields?.members.get('data')).toBeUndefined();
  });

  it('take no fields where the document does not say so', () => {
    expect(rules.find('/v1/things/7')?.get('GET')?.fields).toBeUndefined();
  });

  it('tell media types, where to find what was made, and whether a body may be left away', () => {
    expect(rules.find('/v1/things')?.get('POST')).toMatchObject({
      consumes: ['application/json'],
      produces: ['application/json'],
      isLocated: true,
      honoursReturn: true,
    });
    expect(rules.find('/v1/things/latest')?.get('DELETE')).toMatchObject({ consumes: [], produces: [] });
  });
});
