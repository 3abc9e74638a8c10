import { type StartVariant } from './variants/variant.js';

export type VariantId = 'L0' | 'L' | 'S' | 'A' | 'T' | 'E' | 'S20k' | 'S1M' | 'S10M';

/** Those that are asked instead of called: this service and the yardstick. */
export type ReaderId = 'R' | 'Y';

/** This service with CRMs to keep in step. */
export type CrmVariantId = 'C';

export interface Variant {
  readonly id: VariantId;
  readonly title: string;
  /** The table in which every acknowledged request must be found; none where nothing is stored. */
  readonly stores: 'deliveries' | 'webhook_deliveries' | undefined;
  /** How many deliveries the log holds already. */
  readonly preloaded: number;
  /** Loads only what this variant needs, so that no variant carries another's libraries in its memory. */
  readonly start: () => Promise<StartVariant>;
}

const receiving = async (): Promise<StartVariant> => (await import('./variants/service.js')).startReceiving;

function preloaded(id: VariantId, rows: number): Variant {
  const title = `this service on a log of ${rows.toLocaleString('en')} deliveries`;
  return { id, title, stores: 'deliveries', preloaded: rows, start: receiving };
}

const list: readonly Variant[] = [
  {
    id: 'L0',
    title: 'node:http that reads and answers',
    stores: undefined,
    preloaded: 0,
    start: async () => (await import('./variants/bare-http.js')).startBareHttp,
  },
  {
    id: 'L',
    title: 'this service without storing',
    stores: undefined,
    preloaded: 0,
    start: async () => (await import('./variants/service.js')).startWithoutStoring,
  },
  { id: 'S', title: 'this service, role api', stores: 'deliveries', preloaded: 0, start: receiving },
  {
    id: 'A',
    title: 'Express, one INSERT per request, pool of 10',
    stores: 'webhook_deliveries',
    preloaded: 0,
    start: async () => (await import('./variants/express-insert.js')).startExpressInsert,
  },
  {
    id: 'T',
    title: 'Nest DTO, TypeORM find + save() in a transaction',
    stores: 'webhook_deliveries',
    preloaded: 0,
    start: async () => (await import('./variants/nest-typeorm.js')).startNestTypeorm,
  },
  {
    id: 'E',
    title: 'this service, role all: received and queryable',
    stores: 'deliveries',
    preloaded: 0,
    start: async () => (await import('./variants/service.js')).startEverything,
  },
  preloaded('S20k', 20_000),
  preloaded('S1M', 1_000_000),
  preloaded('S10M', 10_000_000),
];

const variants: ReadonlyMap<string, Variant> = new Map(list.map((variant) => [variant.id, variant]));

/** Throws for a name that no variant has. */
export function variantOf(id: string): Variant {
  const variant = variants.get(id);
  if (variant === undefined) {
    throw new Error(`There is no variant "${id}"; there are ${[...variants.keys()].join(', ')}.`);
  }
  return variant;
}

/** What starts a server under test. Throws for a name that nothing has. */
export async function starterOf(id: VariantId | ReaderId | CrmVariantId): Promise<StartVariant> {
  switch (id) {
    case 'R':
      return (await import('./variants/service.js')).startReading;
    case 'C':
      return (await import('./variants/service.js')).startWithCrms;
    case 'Y':
      return (await import('./variants/nest-typeorm-reading.js')).startNestTypeormReading;
    default:
      return variantOf(id).start();
  }
}
