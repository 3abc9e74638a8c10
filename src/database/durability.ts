import { type DataSource } from 'typeorm';
import { LiaisonError } from '../common/errors/liaison-error.js';
import { firstRowOf } from './rows.js';

/** The server would acknowledge commits that a crash can take back; we must not pass such a promise on. */
export class UnsafeDatabase extends LiaisonError {
  readonly code = 'unsafe-database';
  readonly kind = 'bug';
}

const oldestServerVersion = 140_000;

/**
 * Refuses a server that may lose what it has committed (`fsync` or `synchronous_commit` off) or that is older than
 * PostgreSQL 14. `allowDataLoss` lets the unsafe settings pass: LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS. Answers the unsafe
 * settings that were let through.
 */
export async function checkDurability(dataSource: DataSource, allowDataLoss: boolean): Promise<readonly string[]> {
  const settings = await firstRowOf<{ version: string; fsync: string; commit: string }>(
    dataSource,
    `select current_setting('server_version_num') as version, current_setting('fsync') as fsync,
            current_setting('synchronous_commit') as commit`,
  );
  if (Number(settings?.version) < oldestServerVersion) {
    throw new UnsafeDatabase({
      detail: 'The database server is older than PostgreSQL 14, the oldest that is supported.',
    });
  }
  const unsafe = [
    ...(settings?.fsync === 'off' ? ['fsync=off'] : []),
    ...(settings?.commit === 'off' ? ['synchronous_commit=off'] : []),
  ];
  if (unsafe.length > 0 && !allowDataLoss) {
    throw new UnsafeDatabase({
      detail:
        `The database server runs with ${unsafe.join(' and ')}: a crash would lose deliveries that were acknowledged. ` +
        'Change the server, or accept the loss with LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS=true.',
    });
  }
  return unsafe;
}
