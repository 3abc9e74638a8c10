import { ValidationPipe } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';
import express, { type NextFunction, type Request, type Response } from 'express';
import helmet from 'helmet';
import { type Logger } from 'pino';
import { ProblemFilter } from '../common/http/problem.filter.js';
import { refuseUnstorable } from '../common/http/refuse-unstorable.js';
import { assignRequestId } from '../common/http/request-id.js';
import { faultsOf, invalidInput, strictValidation } from '../common/http/validation.js';
import { type Role } from '../common/config/config.js';
import { readRawBody } from '../webhooks/raw-body.js';

export interface HttpFace {
  readonly role: Role;
  readonly webhookMaxBytes: number;
  readonly logger: Logger;
  /** While true every answer closes its connection, so that a process that stops runs out of callers. */
  readonly isStopping: () => boolean;
}

/** The order of everything that a request passes before a controller. */
export function applyHttpFace(app: NestExpressApplication, face: HttpFace): void {
  app.disable('x-powered-by');
  app.disable('etag');
  app.use((_request: Request, response: Response, next: NextFunction) => {
    if (face.isStopping()) response.setHeader('connection', 'close');
    next();
  });
  if (face.role === 'worker') app.use(onlyOperations);
  // Webhooks are verified over the raw bytes: any content type, nothing inflated (415), never parsed.
  app.use('/webhooks', readRawBody(face.webhookMaxBytes));
  app.use(/^\/(?!webhooks\/)/, assignRequestId);
  app.use(/^\/(v1|docs|openapi\.json|health)/, helmet());
  app.use('/v1', express.json({ limit: '256kb', strict: true }), refuseUnstorable);
  app.useGlobalPipes(
    new ValidationPipe({
      ...strictValidation,
      transform: true,
      exceptionFactory: (errors) => invalidInput(faultsOf(errors)),
    }),
  );
  app.useGlobalFilters(new ProblemFilter(face.logger));
  if (face.role !== 'worker') serveDocument(app);
}

/** A worker answers its operators and nobody else. */
function onlyOperations(request: Request, response: Response, next: NextFunction): void {
  if (request.path.startsWith('/health/') || request.path === '/metrics') next();
  else response.status(404).end();
}

function serveDocument(app: NestExpressApplication): void {
  const description = new DocumentBuilder()
    .setTitle('Liaison')
    .setDescription('What teams said and decided in their collaboration spaces: stored, ordered, queryable.')
    .setVersion('1')
    .addBearerAuth({ type: 'http', scheme: 'bearer', description: 'An API key or a JWT' })
    .build();
  SwaggerModule.setup('docs', app, () => SwaggerModule.createDocument(app, description), {
    jsonDocumentUrl: 'openapi.json',
  });
}
