import { type ReaderId } from '../catalogue.js';
import { spreadOf } from '../statistics.js';
import { type LongReading, type Reading, type ReadingResults } from './reading-benchmark.js';

/** The report as Markdown: a table per size of history, ratios formed within rounds. */
export function renderReadingReport({ machine, postgres, connections, readings, long }: ReadingResults): string {
  const sizes = [...new Set(readings.map(({ messages }) => messages))];
  return [
    `- ${machine.cpu}, ${machine.cores} cores, shared by the servers, Postgres and the reader; Node ${machine.node}; PostgreSQL ${postgres}`,
    `- ${connections} connections, one request under way on each. R: this service; Y: Nest and TypeORM, \`find\` with an offset.`,
    ...sizes.flatMap((size) => [
      '',
      ...table(
        size,
        readings.filter(({ messages }) => messages === size),
      ),
      '',
      ...longTable(long.filter(({ messages }) => messages === size)),
    ]),
  ].join('\n');
}

function table(messages: number, readings: readonly Reading[]): string[] {
  const questions = [...new Set(readings.map(({ question }) => question))];
  const first = questions[0];
  return [
    `On ${messages.toLocaleString('en')} messages:`,
    '',
    '| asked | R per second | R p50 ms | R p99 ms | Y per second | Y p50 ms | Y p99 ms | R / Y | p50 against the first page | R ms CPU, server + Postgres | Y ms CPU |',
    '| --- | --: | --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...questions.map((question) => {
      const list = readings.filter((reading) => reading.question === question);
      const figure = (variant: ReaderId, of: (reading: Reading) => number, digits: number): string =>
        shown(list.filter((reading) => reading.variant === variant).map(of), digits);
      const refused = list.some((reading) => Object.keys(reading.refused).length > 0);
      const cells = [
        refused ? `${question} **(refused)**` : question,
        figure('R', ({ perSecond }) => perSecond, 0),
        figure('R', ({ latency }) => latency.p50, 1),
        figure('R', ({ latency }) => latency.p99, 1),
        figure('Y', ({ perSecond }) => perSecond, 1),
        figure('Y', ({ latency }) => latency.p50, 0),
        figure('Y', ({ latency }) => latency.p99, 0),
        shown(
          ratios(list, 'R', list, 'Y', ({ perSecond }) => perSecond),
          1,
        ),
        shown(
          ratios(
            list,
            'R',
            readings.filter((reading) => reading.question === first),
            'R',
            ({ latency }) => latency.p50,
          ),
          2,
        ),
        cpu(list, 'R'),
        cpu(list, 'Y'),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  ];
}

function cpu(list: readonly Reading[], variant: ReaderId): string {
  const of = list.filter((reading) => reading.variant === variant);
  const ms = (us: readonly (number | undefined)[]): string =>
    shown(
      us.flatMap((value) => (value === undefined ? [] : [value / 1_000])),
      1,
    );
  return of.length === 0 ? '–' : `${ms(of.map(({ serverUs }) => serverUs))} + ${ms(of.map((one) => one.postgresUs))}`;
}

/** Ratios within one round, so that what disturbed a whole round disturbs both sides. */
function ratios(
  above: readonly Reading[],
  aboveVariant: ReaderId,
  below: readonly Reading[],
  belowVariant: ReaderId,
  of: (reading: Reading) => number,
): number[] {
  return above
    .filter(({ variant }) => variant === aboveVariant)
    .flatMap((reading) => {
      const other = below.find(({ variant, round }) => variant === belowVariant && round === reading.round);
      return other === undefined ? [] : [of(reading) / of(other)];
    });
}

function longTable(long: readonly LongReading[]): string[] {
  return [
    '| long answers | items | per second | MB per second | RSS MB before | greatest RSS MB |',
    '| --- | --: | --: | --: | --: | --: |',
    ...long.map(({ what, items, seconds, megabytes, restingRssBytes, peakRssBytes }) => {
      const memory = [restingRssBytes / 1_048_576, peakRssBytes / 1_048_576];
      const cells = [items, items / seconds, megabytes / seconds, ...memory];
      return `| ${what} | ${cells.map((cell) => number(cell, 0)).join(' | ')} |`;
    }),
  ];
}

function shown(values: readonly number[], digits: number): string {
  const spread = spreadOf(values);
  return spread === undefined ? '–' : number(spread.median, digits);
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}
