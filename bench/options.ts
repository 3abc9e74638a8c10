import { parseArgs } from 'node:util';
import { type VariantId, variantOf } from './catalogue.js';

export interface Options {
  readonly variants: readonly VariantId[];
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
  readonly warmUpRequests: number;
  readonly connections: number;
  readonly quietWithinMs: number;
  readonly smoke: boolean;
  readonly profile: boolean;
  readonly jsonFile: string | undefined;
  /** Sizes of the histories that are read instead, in messages; empty when deliveries are sent. */
  readonly readingSizes: readonly number[];
  readonly readingConnections: number;
  /** Whether it is measured what CRMs that fail do to everything else. */
  readonly crm: boolean;
}

export const usage = `Usage: npm run bench -- [options]

  --growth          also measure this service on logs of 1 and 10 million deliveries (about 15 GB of disk)
  --reading         measure what is asked instead of what is received, on 1 million messages
  --reading-sizes 1000000,10000000   on histories of these sizes (the greater one takes 20 GB of disk and half an hour)
  --crm             measure what a CRM that fails does to acknowledging, and to other CRMs
  --smoke           everything once and briefly: says whether it works, not how fast it is
  --profile         take a CPU profile of each variant (only S unless --only says otherwise), or of what is read
  --only L,S        these variants: L, S, A, T, E, S20k, S1M, S10M
  --rounds N        how often each variant is measured (3)
  --seconds N       how long each time (6)
  --connections N   HTTP connections (50)
  --json FILE       write everything that was measured
  --help

Set BENCH_DATABASE_URL to use a Postgres server of your own; its role must be allowed to create databases.`;

/** Reads the command line; undefined when it asks for help. Throws with a sentence for what cannot be used. */
export function readOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    strict: true,
    options: {
      growth: { type: 'boolean', default: false },
      reading: { type: 'boolean', default: false },
      'reading-sizes': { type: 'string' },
      crm: { type: 'boolean', default: false },
      smoke: { type: 'boolean', default: false },
      profile: { type: 'boolean', default: false },
      only: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      connections: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const { growth, smoke, profile } = values;
  return {
    variants: values.only === undefined ? usual(growth, smoke, profile) : chosen(values.only),
    rounds: numberOf('rounds', values.rounds, smoke || profile ? 1 : 3),
    seconds: numberOf('seconds', values.seconds, smoke ? 1 : profile ? 3 : 6),
    warmUpSeconds: smoke ? 0.3 : 1.5,
    warmUpRequests: smoke ? 0 : 3_000,
    connections: numberOf('connections', values.connections, 50),
    quietWithinMs: smoke ? 0 : 10_000,
    smoke,
    profile,
    jsonFile: values.json,
    readingSizes: sizesOf(values.reading, values['reading-sizes'], smoke),
    crm: values.crm,
    readingConnections: numberOf('connections', values.connections, 4),
  };
}

function usual(growth: boolean, smoke: boolean, profile: boolean): VariantId[] {
  if (profile) return ['S'];
  const small: VariantId[] = smoke ? ['S20k'] : [];
  const large: VariantId[] = growth ? ['S1M', 'S10M'] : [];
  return ['L', 'S', 'A', 'T', 'E', ...small, ...large];
}

function chosen(list: string): VariantId[] {
  return list.split(',').map((id) => variantOf(id.trim()).id);
}

function numberOf(name: string, text: string | undefined, fallback: number): number {
  if (text === undefined) return fallback;
  const number = Number(text);
  if (!(Number.isFinite(number) && number > 0)) throw new Error(`--${name} must be a number above 0.`);
  return number;
}

function sizesOf(asked: boolean, list: string | undefined, smoke: boolean): readonly number[] {
  if (list !== undefined) return list.split(',').map((size) => numberOf('reading-sizes', size, 0));
  if (!asked) return [];
  return [smoke ? 20_000 : 1_000_000];
}
