import { ValidationPipe } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import compression from 'compression';
import express, { type Express, type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { type Logger } from 'pino';
import { crossOriginRules } from '../common/http/cross-origin.js';
import { holdToDocument } from '../common/http/hold-to-document.js';
import { RulesOfPaths } from '../common/http/operation-rules.js';
import { ProblemFilter } from '../common/http/problem.filter.js';
import { type PublicUrl } from '../common/http/public-url.js';
import { refuseUnstorable } from '../common/http/refuse-unstorable.js';
import { assignRequestId } from '../common/http/request-id.js';
import { faultsOf, invalidInput, strictValidation } from '../common/http/validation.js';
import { type Role } from '../common/config/config.js';
import { asyncApiDocument } from '../feed/async-api.js';
import { readRawBody } from '../webhooks/raw-body.js';
import { createApiDocument } from './openapi/api-document.js';
import { recordedExamples } from './openapi/examples.js';

export interface HttpFace {
  readonly role: Role;
  readonly webhookMaxBytes: number;
  /** Whose X-Forwarded-For says where a call came from; see `Config`. */
  readonly trustProxy: number | readonly string[];
  /** Whose scripts may call the REST API; nobody's when empty. */
  readonly corsOrigins: readonly string[];
  readonly publicUrl: PublicUrl;
  readonly logger: Logger;
  /** While true every answer closes its connection, so that a process that stops runs out of callers. */
  readonly isStopping: () => boolean;
}

/** The order of everything that a request passes before a controller. */
export function applyHttpFace(app: NestExpressApplication, face: HttpFace): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', face.trustProxy);
  app.use((_request: Request, response: Response, next: NextFunction) => {
    if (face.isStopping()) response.setHeader('connection', 'close');
    next();
  });
  if (face.role === 'worker') app.use(onlyOperations);
  if (face.corsOrigins.length > 0) app.enableCors(crossOriginRules(face.corsOrigins));
  // Webhooks are verified over the raw bytes: any content type, nothing inflated (415), never parsed.
  app.use('/webhooks', readRawBody(face.webhookMaxBytes));
  app.use((request: Request, response: Response, next: NextFunction) => {
    // A webhook call gets its id when it fails; what most calls do without is not made for them.
    if (request.path.startsWith('/webhooks/')) next();
    else assignRequestId(request, response, next);
  });
  app.use(/^\/(v1|docs|openapi\.json|asyncapi\.json|health)/, helmet());
  app.use(/^\/(v1|docs|openapi\.json|asyncapi\.json)/, compression({ filter: isWorthCompressing }));
  const document = once(() => createApiDocument(app, face.publicUrl(), recordedExamples));
  const rules = once(() => new RulesOfPaths(document()));
  app.use('/v1', holdToDocument(rules), express.json({ limit: '256kb', strict: true }), refuseUnstorable);
  app.useGlobalPipes(
    new ValidationPipe({
      ...strictValidation,
      transform: true,
      exceptionFactory: (errors) => invalidInput(faultsOf(errors)),
    }),
  );
  app.useGlobalFilters(new ProblemFilter(face.logger));
  if (face.role === 'worker') return;
  SwaggerModule.setup('docs', app, document, { jsonDocumentUrl: 'openapi.json' });
  const asyncApi = once(() => asyncApiDocument(document(), face.publicUrl()));
  // What is told, beside what is asked and answered.
  const routes: Express = app.getHttpAdapter().getInstance();
  routes.get('/asyncapi.json', (_request, response) => void response.json(asyncApi()));
}

/** A worker answers its operators and nobody else. */
function onlyOperations(request: Request, response: Response, next: NextFunction): void {
  if (request.path.startsWith('/health/') || request.path === '/metrics') next();
  else response.status(404).end();
}

/**
 * Only what is read: the length of a compressed answer tells something of its content, so an answer that could hold a
 * secret beside words of a caller's choice must not be compressed (BREACH), and secrets leave only in answers to writes.
 * Events must not wait in a compressor.
 */
function isWorthCompressing(request: Request, response: Response): boolean {
  const isStream = String(response.getHeader('content-type')).startsWith('text/event-stream');
  return request.method === 'GET' && !isStream && compression.filter(request, response);
}

function once<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
