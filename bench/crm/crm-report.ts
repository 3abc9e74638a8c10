import { type LoadResult } from '../load-generator.js';
import { spreadOf } from '../statistics.js';
import { type CrmResults } from './crm-benchmark.js';

/** The report as Markdown; ratios are formed within rounds. */
export function renderCrmReport({ machine, postgres, rate, records, smoke, dead, storms }: CrmResults): string {
  const deadRatios = dead.map((round) => round.dead.latency.p99 / round.healthy.latency.p99);
  const stormRatios = storms.map((round) => round.besideStorm / round.alone);
  return [
    `- ${machine.cpu}, ${machine.cores} cores, shared by the service, Postgres, the CRMs and the load generator; Node ${machine.node}; PostgreSQL ${postgres}`,
    `- ${rate} webhook calls a second, one process of role all, ${records} records at each of two CRMs; medians, (least – greatest).`,
    ...(smoke ? ['- **A smoke run: too short to say how fast anything is.**'] : []),
    '',
    '| acknowledging | p50 ms | p99 ms | max ms | not 200 |',
    '| --- | --: | --: | --: | --: |',
    loadRow(
      'beside a CRM that works',
      dead.map(({ healthy }) => healthy),
    ),
    loadRow(
      'beside a CRM that takes calls and never answers',
      dead.map((round) => round.dead),
    ),
    '',
    `p99 beside the dead CRM / beside the working one: **${shown(deadRatios, 2)}**`,
    '',
    '| telling a CRM | entries per second | calls per second at the other CRM |',
    '| --- | --: | --: |',
    `| alone | ${shown(
      storms.map(({ alone }) => alone),
      0,
    )} | – |`,
    `| while another one answers 429, Retry-After 1 | ${shown(
      storms.map(({ besideStorm }) => besideStorm),
      0,
    )} | ${shown(
      storms.map(({ stormCalls, stormSeconds }) => stormCalls / stormSeconds),
      1,
    )} |`,
    '',
    `beside the storm / alone: **${shown(stormRatios, 2)}**`,
  ].join('\n');
}

/** Answers other than 200, over all rounds. */
export function refusedIn({ dead }: CrmResults): number {
  return dead.reduce((sum, round) => sum + refused(round.healthy) + refused(round.dead), 0);
}

function refused({ failures }: LoadResult): number {
  return Object.values(failures).reduce((sum, count) => sum + count, 0);
}

function loadRow(what: string, loads: readonly LoadResult[]): string {
  const figure = (of: (load: LoadResult) => number): string => shown(loads.map(of), 1);
  const cells = [
    figure(({ latency }) => latency.p50),
    figure(({ latency }) => latency.p99),
    figure(({ latency }) => latency.max),
    String(loads.reduce((sum, load) => sum + refused(load), 0)),
  ];
  return `| ${what} | ${cells.join(' | ')} |`;
}

function shown(values: readonly number[], digits: number): string {
  const spread = spreadOf(values);
  if (spread === undefined) return '–';
  const { median, min, max } = spread;
  return `${median.toFixed(digits)} (${min.toFixed(digits)} – ${max.toFixed(digits)})`;
}
