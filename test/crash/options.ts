import { parseArgs } from 'node:util';

/** What can happen to a running system, in the order in which it is tried. */
export const kinds = ['service', 'stop', 'postgres', 'control'] as const;
export type Kind = (typeof kinds)[number];

/** What each kind does, for people. */
export const kindTitles: Readonly<Record<Kind, string>> = {
  service: 'kill -9 of the service',
  stop: 'SIGTERM and restart of the service',
  postgres: 'immediate shutdown and kill -9 of Postgres',
  control: 'the same with synchronous_commit=off; must lose',
};

const defaultRounds: Readonly<Record<Kind, number>> = { service: 20, stop: 10, postgres: 20, control: 5 };
const quickRounds = 3;
const latestStrikeMs = 1_500;
const quickLatestStrikeMs = 700;

export interface Options {
  readonly kinds: readonly Kind[];
  readonly rounds: Readonly<Record<Kind, number>>;
  readonly seed: number;
  /** The last moment of a round's load at which the crash may come. */
  readonly latestStrikeMs: number;
}

export const usage = `usage: npm run crash -- [options]
  --only service|stop|postgres|control   only this kind (default: all of them)
  --rounds N                             rounds of each kind (default: 20, 10, 20, 5)
  --quick                                3 rounds of each kind, struck early
  --seed N                               the seed of the moments, the bodies and their fates (default: random)`;

/** Reads the command line. Throws an `Error` whose message a person can act on. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string' },
      rounds: { type: 'string' },
      seed: { type: 'string' },
      quick: { type: 'boolean', default: false },
    },
  });
  const only = kinds.find((kind) => kind === values.only);
  if (values.only !== undefined && only === undefined) throw new Error(`--only takes one of ${kinds.join(', ')}`);
  const rounds = values.rounds === undefined ? undefined : wholeNumber('--rounds', values.rounds, 1, 10_000);
  const roundsOf = (kind: Kind): number => rounds ?? (values.quick ? quickRounds : defaultRounds[kind]);
  return {
    kinds: only === undefined ? kinds : [only],
    rounds: {
      service: roundsOf('service'),
      stop: roundsOf('stop'),
      postgres: roundsOf('postgres'),
      control: roundsOf('control'),
    },
    latestStrikeMs: values.quick ? quickLatestStrikeMs : latestStrikeMs,
    seed:
      values.seed === undefined
        ? Math.floor(Math.random() * 1_000_000_000)
        : wholeNumber('--seed', values.seed, 0, 0xffff_ffff),
  };
}

function wholeNumber(name: string, text: string, min: number, max: number): number {
  const number = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (number >= min && number <= max) return number;
  throw new Error(`${name} takes a whole number from ${min} to ${max}`);
}
