import { InvalidArgumentError, type Command } from 'commander';
import { defaultTenant } from '../auth/api-key-login.js';
import { toKeyDto, toMadeKeyDto, type KeyDto, type MadeKeyDto } from '../auth/api-key.dto.js';
import { ApiKeysService } from '../auth/api-keys.service.js';
import { knownScopes, scopes, type Scope } from '../auth/scopes.js';
import { isInstant } from '../common/http/query.dto.js';
import { InvalidInput } from '../common/errors/liaison-error.js';
import { generateMasterKey } from '../common/security/secret-box.js';
import { withApp } from './app-context.js';
import { audited } from './audited.js';
import { resealEverything } from './reseal.js';

interface KeyOptions {
  readonly tenant: string;
  readonly json?: true;
}

const longestOverlapSeconds = 30 * 86_400;

/** keys create | list | show | rotate | revoke | master. */
export function addKeyCommands(program: Command): void {
  const keys = program.command('keys').description('look after API keys and master keys');

  const ofTenant = (name: string, description: string): Command =>
    keys
      .command(name)
      .description(description)
      .option('--tenant <tenant>', 'whose', defaultTenant)
      .option('--json', 'answer like the API');

  ofTenant('create', 'make an API key; it is shown once and cannot be had again')
    .requiredOption('--name <name>', 'what or who uses it')
    .option('--scopes <scopes>', `comma list of ${scopes.join(', ')}`, 'events:read')
    .option('--expires <time>', 'when it stops being taken (RFC 3339); never without this', instant)
    .option('--requests-per-minute <number>', 'in place of LIAISON_REQUESTS_PER_MINUTE', wholeNumber(1, 1_000_000))
    .action(
      async (
        options: KeyOptions & { name: string; scopes: string; expires?: Date; requestsPerMinute?: number },
      ): Promise<void> => {
        const asked = {
          scopes: scopesIn(options.scopes),
          expiresAt: options.expires ?? null,
          requestsPerMinute: options.requestsPerMinute ?? null,
        };
        await withApp(async (app) => {
          const made = await audited(app, {
            act: 'keys.create',
            tenantId: options.tenant,
            run: async (operator) =>
              toMadeKeyDto(await app.get(ApiKeysService).createFor(operator, options.name, asked)),
          });
          showMade(made, options);
        });
      },
    );

  ofTenant('list', 'show the API keys of a tenant').action(async (options: KeyOptions) => {
    await withApp(async (app) => {
      const items: KeyDto[] = [];
      let cursor: string | undefined;
      do {
        const page = await app.get(ApiKeysService).page(options.tenant, 200, cursor);
        items.push(...page.items.map(toKeyDto));
        cursor = page.nextCursor ?? undefined;
      } while (cursor !== undefined);
      if (options.json) showJson({ items, nextCursor: null });
      else for (const key of items) console.log(lineOf(key));
    });
  });

  ofTenant('show', 'show an API key, never its secret')
    .argument('<id>')
    .action(async (id: string, options: KeyOptions) => {
      await withApp(async (app) => {
        const key = toKeyDto(await app.get(ApiKeysService).get(options.tenant, id));
        if (options.json) showJson(key);
        else console.log(lineOf(key));
      });
    });

  ofTenant('rotate', 'with an id: replace that API key; without: seal everything with the first of LIAISON_MASTER_KEYS')
    .argument('[id]')
    .option(
      '--overlap <seconds>',
      'how long the old API key stays valid beside the new one',
      wholeNumber(0, longestOverlapSeconds),
      86_400,
    )
    .action(async (id: string | undefined, options: KeyOptions & { overlap: number }) => {
      if (id === undefined) return resealEverything();
      return withApp(async (app) => {
        const made = await audited(app, {
          act: 'keys.rotate',
          tenantId: options.tenant,
          targets: [id],
          run: async (operator) =>
            toMadeKeyDto(await app.get(ApiKeysService).rotate(operator, id, options.overlap * 1000)),
        });
        showMade(made, options);
      });
    });

  ofTenant('revoke', 'refuse an API key from now on')
    .argument('<id>')
    .action(async (id: string, options: KeyOptions) => {
      await withApp(async (app) => {
        await audited(app, {
          act: 'keys.revoke',
          tenantId: options.tenant,
          targets: [id],
          run: () => app.get(ApiKeysService).revoke(options.tenant, id),
        });
        if (options.json) showJson(toKeyDto(await app.get(ApiKeysService).get(options.tenant, id)));
        else console.log(`Key ${id} is revoked.`);
      });
    });

  keys
    .command('master')
    .description('make a master key for LIAISON_MASTER_KEYS')
    .action(() => console.log(generateMasterKey()));
}

function showJson(value: object): void {
  console.log(JSON.stringify(value, undefined, 2));
}

/** What a program reads, the text of the key, stands alone on standard output. */
function showMade(made: MadeKeyDto, options: KeyOptions): void {
  if (options.json) {
    showJson(made);
    return;
  }
  const until = made.expiresAt === null ? '' : ` until ${made.expiresAt}`;
  console.error(`Key ${made.id} of tenant ${options.tenant} with ${made.scopes.join(', ')}${until}; shown only now:`);
  console.log(made.key);
}

function lineOf(key: KeyDto): string {
  const ended = key.revokedAt ?? key.expiresAt;
  const state = key.state === 'valid' || ended === null ? key.state : `${key.state} ${ended}`;
  return `${key.id}  ${key.name}  ${key.scopes.join(',')}  ${state}  used ${key.lastUsedAt ?? 'never'}`;
}

function scopesIn(list: string): readonly Scope[] {
  const asked = list.split(',');
  const known = knownScopes(asked);
  if (known.length !== asked.length) {
    throw new InvalidInput({ detail: `--scopes takes a comma list of ${scopes.join(', ')}.` });
  }
  return known;
}

function instant(text: string): Date {
  if (!isInstant(text)) throw new InvalidArgumentError('must be an RFC 3339 time.');
  return new Date(text);
}

function wholeNumber(min: number, max: number): (text: string) => number {
  return (text) => {
    const number = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
    if (number >= min && number <= max) return number;
    throw new InvalidArgumentError(`must be a whole number from ${min} to ${max}.`);
  };
}
