import { type INestApplication } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import {
  DocumentBuilder,
  SwaggerModule,
  type OpenAPIObject,
  type OperationObject,
  type SchemasObject,
} from '@nestjs/swagger';
import { statedScope } from '../../auth/auth.guard.js';
import { ownProblemsOf } from '../../common/http/route-document.js';
import { addConstraints } from './constraints.js';
import { addExamples, type Examples } from './examples.js';
import { completeAnswers, sharedHeaders, sharedParameters } from './answers.js';
import { problemResponses, problemSchema } from './problem-responses.js';
import { routesOf, type Route } from './routes.js';
import { tags } from './tags.js';

const description = `What teams said and decided in their collaboration spaces: stored, ordered, queryable.

**Lists** are \`{ "items": [], "nextCursor": null }\`, in an order that does not change while they are read. \`limit\` is 1 to 200;
\`cursor\` takes the \`nextCursor\` of the page before, until it is null.
**Fields**: reads take \`fields=id,author.displayName\`.
**Caching**: reads have an \`ETag\`; send it as \`If-None-Match\` and get a 304 while nothing has changed.
**Errors** are problem details (RFC 9457) with stable codes.
**Limits**: a body has at most 256 kB, a path with its query 8,000 characters.`;

const credentials = {
  apiKey: {
    type: 'http',
    scheme: 'bearer',
    description: 'An API key (`lia_…`). Its scopes are chosen when it is made; `admin` includes all of them.',
  },
  jwt: {
    type: 'http',
    scheme: 'bearer',
    bearerFormat: 'JWT',
    description:
      'A JWT of the configured issuer with a `tenant` claim and scopes in `scope`, `scp` or `scopes`: `events:read` to read, ' +
      '`posts:write` to act and post, `connections:write` for connections, grants, replays and retries, `admin` for everything.',
  },
} as const;

/**
 * The OpenAPI 3.1 document: what the controllers and DTOs say, completed by what holds for every route (problems, headers,
 * `fields`, scopes, the limits that class-validator checks) and by recorded answers as examples. A new route gets all of
 * it by itself.
 */
export function createApiDocument(app: INestApplication, serverUrl: string, examples: Examples): OpenAPIObject {
  const base = new DocumentBuilder()
    .setOpenAPIVersion('3.1.1')
    .setTitle('Liaison')
    .setDescription(description)
    .setVersion('1')
    .setLicense('Apache-2.0', 'https://www.apache.org/licenses/LICENSE-2.0')
    .addServer(serverUrl, 'This service')
    .build();
  const document = SwaggerModule.createDocument(app, { ...base, tags: [...tags] });
  const schemas: SchemasObject = {};
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (!('$ref' in schema)) schemas[name] = schema;
  }
  const routes = routesOf(app);
  const reflector = app.get(Reflector);
  for (const [path, item] of Object.entries(document.paths)) {
    for (const method of ['get', 'post', 'put', 'patch', 'delete'] as const) {
      const [operation, route] = [item[method], routes.get(`${method.toUpperCase()} ${path}`)];
      if (operation !== undefined && route !== undefined)
        complete(operation, { method, path, route, schemas, examples, reflector });
    }
  }
  document.components = {
    ...document.components,
    schemas: { ...schemas, Problem: problemSchema },
    responses: problemResponses(examples.problems),
    headers: sharedHeaders,
    parameters: sharedParameters,
    securitySchemes: credentials,
  };
  return document;
}

interface Place {
  readonly method: string;
  readonly path: string;
  readonly route: Route;
  readonly schemas: SchemasObject;
  readonly examples: Examples;
  readonly reflector: Reflector;
}

function complete(operation: OperationObject, { method, path, route, schemas, examples, reflector }: Place): void {
  addConstraints(operation, route.parameters, schemas);
  const isSecured = operation.security !== undefined;
  if (isSecured) {
    const scope = statedScope(reflector, route.context) ?? 'admin';
    operation.security = Object.keys(credentials).map((name) => ({ [name]: [scope] }));
  } else operation.security = [];
  if (path.startsWith('/v1/'))
    completeAnswers(operation, { method, path, isSecured, own: ownProblemsOf(route.handler) });
  addExamples(operation, examples);
}
