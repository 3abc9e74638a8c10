import { type Command } from 'commander';
import { DataSource } from 'typeorm';
import { ApiKeysService, defaultTenant } from '../auth/api-keys.service.js';
import { knownScopes, scopes } from '../auth/scopes.js';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { generateMasterKey, SecretBox } from '../common/security/secret-box.js';
import { resealColumns } from '../database/sealed-columns.js';
import { sealedColumns } from '../registry.module.js';
import { withApp } from './app-context.js';

/** keys create | list | revoke | rotate | master. */
export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('look after API keys and master keys');

  keys
    .command('create')
    .description('make an API key; it is shown once and cannot be had again')
    .requiredOption('--name <name>', 'what or who uses it')
    .option('--tenant <tenant>', 'whose data it may see', defaultTenant)
    .option('--scopes <scopes>', `comma list of ${scopes.join(', ')}`, 'events:read')
    .action(async (options: { name: string; tenant: string; scopes: string }) => {
      const asked = options.scopes.split(',');
      const known = knownScopes(asked);
      if (known.length !== asked.length) {
        throw new InvalidInput({ detail: `--scopes takes a comma list of ${scopes.join(', ')}.` });
      }
      await withApp(async (app) => {
        const { info, text } = await app.get(ApiKeysService).create(options.tenant, options.name, known);
        console.error(`Key ${info.id} of tenant ${info.tenantId} with ${info.scopes.join(', ')}; shown only now:`);
        console.log(text);
      });
    });

  keys
    .command('list')
    .description('show the API keys of a tenant')
    .option('--tenant <tenant>', 'whose', defaultTenant)
    .action(async (options: { tenant: string }) => {
      await withApp(async (app) => {
        for (const key of await app.get(ApiKeysService).list(options.tenant)) {
          const state = key.revokedAt === null ? 'valid' : `revoked ${key.revokedAt.toISOString()}`;
          console.log(`${key.id}  ${key.name}  ${key.scopes.join(',')}  ${state}`);
        }
      });
    });

  keys
    .command('revoke')
    .description('refuse an API key from now on')
    .argument('<id>')
    .option('--tenant <tenant>', 'whose', defaultTenant)
    .action(async (id: string, options: { tenant: string }) => {
      await withApp(async (app) => {
        await app.get(ApiKeysService).revoke(options.tenant, id);
        console.log(`Key ${id} is revoked.`);
      });
    });

  keys
    .command('rotate')
    .description('seal everything with the first of LIAISON_MASTER_KEYS; safe while services run with the same list')
    .action(async () => {
      await withApp(
        async (app) => {
          const box = app.get(SecretBox);
          const resealed = await resealColumns(app.get(DataSource), box, sealedColumns, (progress) => {
            const { table, looked, total, resealed: done } = progress;
            console.error(`${table}: ${looked} of ${total} looked at, ${done} resealed`);
          });
          console.log(`${resealed} sealed values now have the key ${box.sealingKeyId}`);
        },
        { longWork: true },
      );
    });

  keys
    .command('master')
    .description('make a master key for LIAISON_MASTER_KEYS')
    .action(() => console.log(generateMasterKey()));
}
