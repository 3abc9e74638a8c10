import { type Command } from 'commander';
import { openDatabase } from '../bootstrap/open-database.js';
import { defaultTenant } from '../auth/api-key-login.js';
import { readConfig } from '../common/config/config.js';
import { createDataSource } from '../database/data-source.js';
import { migrate } from '../database/migrate.js';
import { ensurePartitions } from '../database/partitions.js';
import { Rebuild, type RebuildReport } from '../lanes/rebuild.js';
import { ReplaysService } from '../lanes/replays.service.js';
import { withApp } from './app-context.js';
import { audited } from './audited.js';

/** migrate, rebuild, replay. */
export function addMaintenanceCommands(program: Command): void {
  program
    .command('migrate')
    .description('bring the schema up to date; the service does this by itself when it starts')
    .action(async () => {
      const config = readConfig();
      const database = await openDatabase(config, (line) => console.error(line));
      try {
        const ran = await migrate(database.url);
        const dataSource = await createDataSource(database.url, { poolSize: 2 }).initialize();
        await ensurePartitions(dataSource, new Date());
        await dataSource.destroy();
        console.log(ran === 0 ? 'The schema is up to date.' : `Ran ${ran} migrations.`);
      } finally {
        await database.stop();
      }
    });

  program
    .command('rebuild')
    .description('make all projections again from the event log')
    .option('--verify', 'only compare the rebuilt tables with the live ones; changes nothing')
    .action(async (options: { verify?: boolean }) => {
      await withApp(
        async (app) => {
          const rebuild = app.get(Rebuild);
          const report = options.verify === true ? await rebuild.verify() : await rebuild.replace();
          printReport(report);
          if (options.verify === true && !report.equal) process.exitCode = 1;
        },
        { longWork: true },
      );
    });

  program
    .command('replay')
    .description('translate stored deliveries again: one by its id, or all parked ones that match')
    .argument('[deliveryId]')
    .option('--tenant <tenant>', 'whose deliveries', defaultTenant)
    .option('--kind <kind>', 'dead-letter or unrecognized')
    .option('--reason <reason>', 'only those parked for this reason')
    .option('--preview', 'only say how many it would be')
    .action(
      async (
        deliveryId: string | undefined,
        options: { tenant: string; kind?: 'dead-letter' | 'unrecognized'; reason?: string; preview?: boolean },
      ) => {
        await withApp(async (app) => {
          const replays = app.get(ReplaysService);
          if (deliveryId !== undefined) {
            const result = await audited(app, {
              act: 'deliveries.replay',
              tenantId: options.tenant,
              targets: [deliveryId],
              run: () => replays.one(options.tenant, deliveryId),
            });
            console.log(`${result.outcome}: ${result.eventsAppended} events appended`);
            return;
          }
          const filter = {
            ...(options.kind === undefined ? {} : { kind: options.kind }),
            ...(options.reason === undefined ? {} : { reason: options.reason }),
          };
          if (options.preview === true) {
            const { count } = await replays.preview(options.tenant, filter);
            console.log(`${count} parked deliveries match.`);
            return;
          }
          const started = await audited(app, {
            act: 'replays.start',
            tenantId: options.tenant,
            run: (operator) => replays.start(options.tenant, filter, operator.subject),
          });
          console.log(
            `${started.count} deliveries will be replayed by the running service: replay ${String(started.id)}`,
          );
        });
      },
    );
}

function printReport(report: RebuildReport): void {
  console.log(`${report.events} events folded`);
  for (const table of report.tables) {
    const difference = table.onlyLive + table.onlyRebuilt;
    const verdict = difference === 0 ? 'equal' : `${table.onlyLive} only live, ${table.onlyRebuilt} only rebuilt`;
    console.log(`${table.table.padEnd(12)} ${String(table.rows).padStart(9)} rows  ${verdict}`);
  }
  console.log(report.equal ? 'equal' : 'NOT EQUAL');
}
