import { type Command } from 'commander';
import { openDatabase } from '../bootstrap/open-database.js';
import { openSecretBox } from '../bootstrap/master-keys.js';
import { readConfig } from '../common/config/config.js';
import { openSecrets } from '../connections/connection-secrets.js';
import { createDataSource } from '../database/data-source.js';
import { checkDurability } from '../database/durability.js';
import { createReadPool } from '../database/read-pool.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { TenantReads } from '../database/tenant-reads.js';

/** doctor: says whether an installation can do its work, one line per check, and what to do where it cannot. */
export function addDoctorCommand(program: Command): void {
  program
    .command('doctor')
    .description('check this installation')
    .action(async () => {
      const config = readConfig();
      passed('environment', 'every variable is usable');
      const database = await openDatabase(config, () => undefined);
      const dataSource = createDataSource(database.url, { poolSize: 2 });
      try {
        await check('database', async () => {
          await dataSource.initialize();
          const row = await firstRowOf<{ version: string }>(
            dataSource,
            `select current_setting('server_version') as version`,
          );
          return `${database.kind}, PostgreSQL ${row?.version ?? '?'}`;
        });
        await check('durability', async () => {
          await checkDurability(dataSource, false);
          return 'commits survive a crash';
        });
        await check('schema', async () => {
          if (await dataSource.showMigrations()) throw new Error('migrations are missing: run `npx liaison migrate`');
          return 'up to date';
        });
        await check('tenants', async () => {
          const reads = new TenantReads(createReadPool(database.url, 1));
          try {
            await reads.verify();
          } finally {
            await reads.end();
          }
          return 'kept apart by the database';
        });
        await check('secrets', async () => {
          const box = await openSecretBox(config);
          const connections = await rowsOf<{ id: string; tenantId: string; sealedSecrets: string }>(
            dataSource,
            `select id, tenant_id as "tenantId", sealed_secrets as "sealedSecrets" from connections`,
          );
          for (const connection of connections) openSecrets(box, connection);
          const old = connections.filter((connection) => box.needsResealing(connection.sealedSecrets)).length;
          const hint = old > 0 ? `; ${old} are sealed with an older key: run \`npx liaison keys rotate\`` : '';
          return `${connections.length} connections open${hint}`;
        });
        await check('public url', () => {
          if (config.publicUrl === undefined) return Promise.resolve('not set: fine for trying out on this machine');
          if (!config.publicUrl.startsWith('https:')) throw new Error('platforms call https only: set an https URL');
          return Promise.resolve(config.publicUrl);
        });
      } finally {
        if (dataSource.isInitialized) await dataSource.destroy();
        await database.stop();
      }
    });
}

function passed(name: string, text: string): void {
  console.log(`ok    ${name.padEnd(12)} ${text}`);
}

async function check(name: string, run: () => Promise<string>): Promise<void> {
  try {
    passed(name, await run());
  } catch (error) {
    process.exitCode = 1;
    console.log(`FAIL  ${name.padEnd(12)} ${error instanceof Error ? error.message : 'failed'}`);
  }
}
