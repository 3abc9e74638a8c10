import { type Command } from 'commander';
import { defaultTenant } from '../auth/api-key-login.js';
import { ConnectionsService } from '../connections/connections.service.js';
import { DeclaredConnections } from '../connections/declared-connections.js';
import { callbackName, PLATFORMS, type Platform } from '../platforms/platform.js';
import { withApp } from './app-context.js';

/** connections list | apply. Creating one with its secrets is the API's and the file's job. */
export function addConnectionCommands(program: Command): void {
  const connections = program.command('connections').description('look after connections');

  connections
    .command('list')
    .description('show the connections of a tenant')
    .option('--tenant <tenant>', 'whose', defaultTenant)
    .action(async (options: { tenant: string }) => {
      await withApp(async (app, config) => {
        const base = config.publicUrl ?? `http://127.0.0.1:${config.port}`;
        const platforms = app.get<readonly Platform[]>(PLATFORMS);
        let cursor: string | undefined;
        do {
          const page = await app.get(ConnectionsService).list(options.tenant, undefined, 200, cursor);
          for (const { connection } of page.items) {
            const platform = platforms.find(({ id }) => id === connection.platform) ?? { id: connection.platform };
            console.log(`${connection.name}  ${base}/webhooks/${callbackName(platform)}/${connection.id}`);
          }
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
      });
    });

  connections
    .command('apply')
    .description('make the stored connections what a declaration file says')
    .argument('<file>')
    .action(async (file: string) => {
      await withApp(async (app) => {
        const report = await app.get(DeclaredConnections).apply(file);
        console.log(`${report.created} created, ${report.changed} changed, ${report.removed} removed`);
      });
    });
}
