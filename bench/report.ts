import { type Environment } from './benchmark.js';
import { type VariantId, variantOf } from './catalogue.js';
import { type Measurement } from './measurement.js';
import { type Spread, spreadOf } from './statistics.js';

type Figure = (measurement: Measurement) => number | undefined;

/** The whole report as Markdown: where it was measured, every variant, the ratios, and what to make of them. */
export function renderReport(environment: Environment, measurements: readonly Measurement[]): string {
  return [
    ...heading(environment),
    '',
    ...mainTable(measurements),
    '',
    ...ratioTable(measurements),
    '',
    ...sustainedTable(measurements),
    ...generatorCheck(measurements),
  ].join('\n');
}

function heading({ at, machine, postgres, fsyncMs, meanBodyBytes, options }: Environment): string[] {
  const settings = Object.entries(postgres.settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(', ');
  return [
    `- ${machine.cpu}, ${machine.cores} cores, shared by the server, Postgres and the load generator; ${at}`,
    `- Node ${machine.node}; PostgreSQL ${postgres.version} (${settings}); 8 KB fdatasync ${fsyncMs.toFixed(2)} ms`,
    `- ${options.connections} connections, one request under way on each; ${options.rounds} rounds of ` +
      `${options.seconds} s after at least ${options.warmUpSeconds} s of warm-up; bodies of ${Math.round(meanBodyBytes)} bytes`,
    ...(options.smoke ? ['- **A smoke run: too short to say how fast anything is.**'] : []),
    '- Medians over the rounds, (least – greatest) where shown.',
  ];
}

const columns: readonly (readonly [title: string, cell: (list: readonly Measurement[]) => string])[] = [
  ['', ([first]) => first?.variant ?? ''],
  ['what', ([first]) => (first === undefined ? '' : variantOf(first.variant).title)],
  [
    'per second',
    (list) =>
      withRange(
        spread(list, ({ rate }) => rate),
        0,
      ),
  ],
  ['p50 ms', (list) => median(list, ({ load }) => load.latency.p50, 1)],
  ['p90', (list) => median(list, ({ load }) => load.latency.p90, 1)],
  ['p99', (list) => median(list, ({ load }) => load.latency.p99, 1)],
  ['p99.9', (list) => median(list, ({ load }) => load.latency.p999, 1)],
  ['max', (list) => median(list, ({ load }) => load.latency.max, 1)],
  ['µs server', (list) => median(list, ({ cost }) => cost.serverUs, 0)],
  ['µs Postgres', (list) => median(list, ({ cost }) => cost.postgresUs, 0)],
  ['rows per commit', (list) => median(list, ({ cost }) => cost.batch, 1)],
  ['RSS MB', (list) => median(list, ({ cost }) => cost.rssBytes / 1_048_576, 0)],
  ['not 200', (list) => String(sum(list.flatMap(({ load }) => Object.values(load.failures))))],
  ['acknowledged = stored', storedCell],
  ['foreign cores', (list) => median(list, ({ cost }) => cost.foreignCores, 2)],
];

function mainTable(measurements: readonly Measurement[]): string[] {
  const rows = idsOf(measurements).map((id) => {
    const list = measurements.filter(({ variant }) => variant === id);
    return `| ${columns.map(([, cell]) => cell(list)).join(' | ')} |`;
  });
  return [
    `| ${columns.map(([title]) => title).join(' | ')} |`,
    `| ${columns.map((_, index) => (index < 2 ? '---' : '--:')).join(' | ')} |`,
    ...rows,
    '',
    '`per second`: answers in the window; for E deliveries that became queryable, first request to last projection, while',
    'its latencies are those of the acknowledgements. `µs`: CPU time per acknowledged request.',
    ...(measurements.some(({ load }) => load.ranOut)
      ? ['A variant had sent every prepared request before the time was up; its rate is over the shorter time.']
      : []),
  ];
}

function storedCell(list: readonly Measurement[]): string {
  const counted = list.filter(({ stored }) => stored !== undefined);
  if (counted.length === 0) return '–';
  const acknowledged = sum(counted.map((measurement) => measurement.acknowledged));
  const stored = sum(counted.map((measurement) => measurement.stored ?? 0));
  const right = counted.every(({ faults }) => faults.length === 0);
  return right ? stored.toLocaleString('en') : `**NO: ${acknowledged} acknowledged, ${stored} stored**`;
}

const ratios: readonly (readonly [above: VariantId, below: VariantId, says: string])[] = [
  ['S', 'L', 'what storing costs'],
  ['S', 'A', 'against one INSERT per request'],
  ['S', 'T', 'against the ordinary way with Nest and TypeORM'],
  ['E', 'S', 'queryable against acknowledged only'],
  ['S20k', 'S', 'growth to 20,000'],
  ['S1M', 'S', 'growth to one million'],
  ['S10M', 'S', 'growth to ten million'],
];

/** Ratios of rates within one round, so that what disturbed a whole round disturbs both sides. */
function ratioTable(measurements: readonly Measurement[]): string[] {
  const rows = ratios.flatMap(([above, below, says]) => {
    const values = measurements
      .filter(({ variant }) => variant === above)
      .flatMap(({ round, rate }) => {
        const other = measurements.find((one) => one.variant === below && one.round === round);
        return other === undefined ? [] : [rate / other.rate];
      });
    const found = spreadOf(values);
    return found === undefined ? [] : [`| ${above} / ${below} | ${withRange(found, 2)} | ${says} |`];
  });
  return rows.length === 0 ? [] : ['| ratio | of the rates | says |', '| --- | --: | --- |', ...rows];
}

function sustainedTable(measurements: readonly Measurement[]): string[] {
  const rows = measurements.flatMap(({ round, sustained }) => {
    if (sustained === undefined) return [];
    const { rate, offeredRate, answeredRate, seconds, p99, backlogAtStart, backlogAtEnd, greatestBacklog } = sustained;
    const cells = [rate, offeredRate, answeredRate, p99, backlogAtStart, greatestBacklog, backlogAtEnd];
    return [`| ${round + 1} | ${cells.map((cell) => number(cell, 0)).join(' | ')} | ${number(seconds, 0)} |`];
  });
  if (rows.length === 0) return [];
  return [
    'E at nine tenths of its own rate; deliveries that are stored and not yet queryable must not become more and more:',
    '',
    '| round | E per second | offered | answered | p99 ms | backlog at start | greatest | at end | over s |',
    '| --: | --: | --: | --: | --: | --: | --: | --: | --: |',
    ...rows,
    '',
  ];
}

function generatorCheck(measurements: readonly Measurement[]): string[] {
  const check = measurements.find(({ variant }) => variant === 'L0');
  if (check === undefined) return [];
  const others = measurements.filter(({ variant }) => variant !== 'L0');
  const fastest = Math.max(...others.map(({ load }) => load.answeredInTime / load.seconds), 1);
  const greatestShare = Math.max(...others.map(({ load }) => load.cores), 0);
  const times = check.load.answeredInTime / check.load.seconds / fastest;
  const enough = times >= 2 && greatestShare < 0.8;
  return [
    `The load generator got ${number(check.rate, 0)} answers per second from a bare node:http server (using ` +
      `${check.load.cores.toFixed(2)} cores), ${times.toFixed(1)} times what the fastest variant gave, and used at most ` +
      `${greatestShare.toFixed(2)} cores for a variant${enough ? '.' : ': **it may be what limits the fastest variant.**'}`,
  ];
}

function idsOf(measurements: readonly Measurement[]): VariantId[] {
  const order: readonly VariantId[] = ['L0', 'L', 'S', 'A', 'T', 'E', 'S20k', 'S1M', 'S10M'];
  return order.filter((id) => measurements.some(({ variant }) => variant === id));
}

function spread(list: readonly Measurement[], figure: Figure): Spread | undefined {
  return spreadOf(list.map(figure).filter((value) => value !== undefined));
}

function median(list: readonly Measurement[], figure: Figure, digits: number): string {
  const found = spread(list, figure);
  return found === undefined ? 'n/a' : number(found.median, digits);
}

function withRange(found: Spread | undefined, digits: number): string {
  if (found === undefined) return 'n/a';
  return `${number(found.median, digits)} (${number(found.min, digits)} – ${number(found.max, digits)})`;
}

function number(value: number, digits: number): string {
  return value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits });
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
