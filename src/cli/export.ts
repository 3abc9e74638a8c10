import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type Command } from 'commander';
import { defaultTenant } from '../auth/api-key-login.js';
import { IdParam } from '../common/http/id.param.js';
import { parseWith } from '../common/http/validation.js';
import { formatFor, formatNames } from '../exports/export-format.js';
import { exportText } from '../exports/export-text.js';
import { ExportQuery } from '../exports/export.dto.js';
import { SpaceExport } from '../exports/space-export.js';
import { withApp } from './app-context.js';
import { audited } from './audited.js';

const progressMs = 1_000;

/** export: what `GET /v1/spaces/{id}/export` sends, without the service. */
export function addExportCommand(program: Command): void {
  program
    .command('export')
    .description('write everything that a space holds to standard output; progress goes to standard error')
    .requiredOption('--space <id>', 'which space, by the id that the API gives it')
    .option('--tenant <tenant>', 'whose', defaultTenant)
    .option('--format <format>', formatNames.join(' or '), 'ndjson')
    .option('--since <time>', 'messages at or after this time')
    .option('--until <time>', 'messages before this time')
    .option('--after <cursor>', 'go on behind the last whole line of an earlier export, which has this cursor')
    .action(async ({ space, tenant, ...asked }: { space: string; tenant: string }) => {
      const { id: spaceId } = parseWith(IdParam, { id: space }, '');
      const { format, since, until, after } = parseWith(ExportQuery, asked, '');
      await withApp((app) =>
        audited(app, {
          act: 'spaces.export',
          tenantId: tenant,
          targets: [spaceId],
          run: async () => {
            const opened = await app.get(SpaceExport).open(tenant, { spaceId, since, until }, after);
            const progress = new Progress();
            const text = exportText(
              opened,
              formatFor(format, () => false),
              (count) => progress.add(count),
            );
            await pipeline(Readable.from(text, { highWaterMark: 1 }), process.stdout, { end: false });
            progress.tell('records written');
          },
        }),
      );
    });
}

/** Says every second how far it is. */
class Progress {
  readonly #startedAt = performance.now();
  #toldAt = this.#startedAt;
  #records = 0;

  add(records: number): void {
    this.#records += records;
    if (performance.now() - this.#toldAt > progressMs) this.tell('records');
  }

  tell(what: string): void {
    this.#toldAt = performance.now();
    const seconds = (this.#toldAt - this.#startedAt) / 1_000;
    console.error(`${this.#records} ${what}, ${Math.round(this.#records / seconds)} per second`);
  }
}
