import { NestFactory } from '@nestjs/core';
import { type INestApplicationContext } from '@nestjs/common';
import { type Pool } from 'pg';
import { AppModule } from '../app.module.js';
import { openDatabase } from '../bootstrap/open-database.js';
import { openSecretBox } from '../bootstrap/master-keys.js';
import { readConfig, type Config } from '../common/config/config.js';
import { createLogger } from '../common/observability/logger.js';
import { Secret } from '../common/security/secret.js';
import { ACK_POOL } from '../database/ack-pool.js';
import { DatabaseLifecycle } from '../database/database-lifecycle.js';

/**
 * Runs one command with everything that the service has, but without listening or working: on the configured database,
 * or on the embedded one, joined where the service runs it. `longWork` lifts the deadlines of statements.
 */
export async function withApp<T>(
  work: (app: INestApplicationContext, config: Config) => Promise<T>,
  options: { readonly longWork?: boolean } = {},
): Promise<T> {
  const config = readConfig();
  const database = await openDatabase(config, () => undefined);
  try {
    const app = await NestFactory.createApplicationContext(
      AppModule.with({
        database: {
          url: database.url,
          poolSize: 2,
          readPoolSize: 2,
          dangerouslyAllowDataLoss: config.dangerouslyAllowDataLoss,
          // The service does that; a command has no business in it.
          auditRetentionDays: 0,
          ...(options.longWork === true ? { statementMs: 0 } : {}),
        },
        secretBox: await openSecretBox(config),
        bootstrapKey: config.bootstrapKey === undefined ? undefined : new Secret(config.bootstrapKey),
        jwt: undefined,
        requestLimits: config,
        publicUrl: () => config.publicUrl ?? `http://127.0.0.1:${config.port}`,
        outboundAllow: config.outboundAllow,
        feedLimits: config.feedLimits,
        crmSettleMs: config.crmSettleMs,
        crmPollEveryMs: config.crmPollSeconds * 1_000,
        // Standard output is the command's answer; what goes wrong goes beside it.
        logger: createLogger('error', process.stderr),
      }),
      { logger: false },
    );
    try {
      await app.get(DatabaseLifecycle).bringUp();
      return await work(app, config);
    } finally {
      await app.close();
      await app.get(DatabaseLifecycle).stop();
      await app.get<Pool>(ACK_POOL).end();
    }
  } finally {
    await database.stop();
  }
}
