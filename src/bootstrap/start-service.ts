import { type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type Logger } from 'pino';
import { type Pool } from 'pg';
import { AppModule } from '../app.module.js';
import { AuditLog } from '../audit/audit-log.js';
import { type Config } from '../common/config/config.js';
import { ApiAdapter } from '../common/http/api-adapter.js';
import { type PublicUrl } from '../common/http/public-url.js';
import { OutboundHttp } from '../common/outbound/outbound-http.js';
import { NestLogger } from '../common/observability/logger.js';
import { Secret } from '../common/security/secret.js';
import { ConnectionDirectory } from '../connections/connection-directory.js';
import { DeclaredConnections } from '../connections/declared-connections.js';
import { ACK_POOL } from '../database/ack-pool.js';
import { DatabaseLifecycle } from '../database/database-lifecycle.js';
import { DeliveryLog } from '../deliveries/delivery-log.js';
import { ExportStreams } from '../exports/export-streams.js';
import { FeedStreams } from '../feed/feed-streams.js';
import { GrantKeepAlive } from '../grants/grant-keep-alive.js';
import { Readiness } from '../health/readiness.js';
import { LaneWorker } from '../lanes/lane-worker.js';
import { OutboxWorker } from '../outbox/outbox-worker.js';
import { PollWarden } from '../crm-sync/polling/poll-warden.js';
import { RegistrationWarden } from '../registrations/registration-warden.js';
import { applyHttpFace } from './http-face.js';
import { openSecretBox } from './master-keys.js';

const idleLookMs = 100;

export interface RunningService {
  readonly app: NestExpressApplication;
  /** Where it listens, such as `http://127.0.0.1:3000`. */
  readonly url: string;
  /** Resolves when the database is up and calls are taken; rejects when the database must not be used. */
  readonly ready: Promise<void>;
  /** Stops taking calls, answers those that are under way, lets workers finish, closes everything. Idempotent. */
  stop(): Promise<void>;
}

/**
 * Starts the service on a database. It listens at once, so that liveness can be asked for, and becomes ready when the
 * database is.
 */
export async function startService(config: Config, databaseUrl: string, logger: Logger): Promise<RunningService> {
  let stopping: Promise<void> | undefined;
  let listening = '';
  const publicUrl: PublicUrl = () => config.publicUrl ?? listening;
  const app = await NestFactory.create<NestExpressApplication>(
    AppModule.with({
      database: {
        url: databaseUrl,
        poolSize: config.databasePoolSize,
        readPoolSize: config.readPoolSize,
        dangerouslyAllowDataLoss: config.dangerouslyAllowDataLoss,
        auditRetentionDays: config.auditRetentionDays,
      },
      secretBox: await openSecretBox(config),
      bootstrapKey: config.bootstrapKey === undefined ? undefined : new Secret(config.bootstrapKey),
      jwt: config.jwt,
      requestLimits: config,
      publicUrl,
      outboundAllow: config.outboundAllow,
      feedLimits: config.feedLimits,
      crmSettleMs: config.crmSettleMs,
      crmPollEveryMs: config.crmPollSeconds * 1_000,
      logger,
    }),
    new ApiAdapter(),
    { bodyParser: false, logger: new NestLogger(logger), abortOnError: false },
  );
  applyHttpFace(app, {
    role: config.role,
    webhookMaxBytes: config.webhookMaxBytes,
    trustProxy: config.trustProxy,
    corsOrigins: config.corsOrigins,
    publicUrl,
    logger,
    isStopping: () => stopping !== undefined,
  });
  await app.listen(config.port, config.host);
  const server: Server = app.getHttpServer();
  limitSlowClients(server);
  listening = addressOf(server);
  logger.info({ url: listening, role: config.role }, 'listening');
  const ready = bringUp(app, config);
  // Whoever does not wait for readiness must not be ended by its failure.
  ready.catch(() => undefined);
  return {
    app,
    url: listening,
    ready,
    stop: () => (stopping ??= stop(app, server, config.shutdownGraceMs, logger)),
  };
}

async function bringUp(app: NestExpressApplication, config: Config): Promise<void> {
  const { connectionsFile } = config;
  const isUp = await app.get(DatabaseLifecycle).bringUp(async () => {
    if (connectionsFile !== undefined && config.role !== 'worker') {
      await app.get(DeclaredConnections).apply(connectionsFile);
    }
    await app.get(ConnectionDirectory).start();
  });
  if (isUp && config.role !== 'api') {
    app.get(LaneWorker).start(config.laneWorkers);
    app.get(OutboxWorker).start();
    app.get(GrantKeepAlive).start();
    app.get(RegistrationWarden).start();
    app.get(PollWarden).start();
  }
}

async function stop(app: NestExpressApplication, server: Server, graceMs: number, logger: Logger): Promise<void> {
  app.get(Readiness).announceStop();
  await app.get(FeedStreams).stop();
  app.get(ExportStreams).stop();
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  const grace = setTimeout(() => {
    logger.warn('some calls did not end within the grace time and are cut');
    server.closeAllConnections();
  }, graceMs);
  // An answer that ends from now on leaves its connection open, and the caller may keep it for long.
  const idle = setInterval(() => server.closeIdleConnections(), idleLookMs);
  await closed;
  clearInterval(idle);
  clearTimeout(grace);
  await app.get(AuditLog).drained();
  await app.get(RegistrationWarden).stop();
  await app.get(PollWarden).stop();
  // It appends to the delivery log, which is drained after it.
  app.get(GrantKeepAlive).stop();
  await app.get(OutboxWorker).stop();
  await app.get(DeliveryLog).drained();
  await app.get(LaneWorker).stop();
  app.get(ConnectionDirectory).stop();
  await app.close();
  await app.get(DatabaseLifecycle).stop();
  await app.get(OutboundHttp).close();
  await app.get<Pool>(ACK_POOL).end();
  logger.info('stopped');
}

/** A client that sends or reads slowly keeps a socket, not a place in the service. */
function limitSlowClients(server: Server): void {
  server.headersTimeout = 10_000;
  server.requestTimeout = 30_000;
  server.keepAliveTimeout = 65_000;
}

function addressOf(server: Server): string {
  const address = server.address();
  // A TCP server that listens has an AddressInfo; strings are for pipes.
  const { address: host, port, family } = address as AddressInfo;
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : family === 'IPv6' ? `[${host}]` : host;
  return `http://${shown}:${port}`;
}
