import { kindTitles } from './options.js';
import { type KindResult, type RoundResult } from './rounds.js';

/** The platforms that call us give up after 3 seconds. */
const platformPatienceMs = 3_000;

/** One line per round, while the run goes on. */
export function roundLine({
  kind,
  round,
  struckAfterMs,
  how,
  acknowledged,
  comparison,
  recoveryMs,
}: RoundResult): string {
  const { lost, doubled } = comparison;
  return (
    `${kind} ${String(round).padStart(2)}: struck after ${String(struckAfterMs).padStart(4)} ms (${how}); ` +
    `${acknowledged} acknowledged, ${lost} lost, ${doubled} doubled; back in ${seconds(recoveryMs)} s`
  );
}

/** Everything that must not be, in words; empty when the run is good. */
export function failuresOf(result: KindResult): string[] {
  const { kind, rounds, totals, settled } = result;
  const sum = sumOf(result);
  const failures: string[] = [];
  const mustBeNone = (count: number, what: string): void => {
    if (count > 0) failures.push(`${kind}: ${count} ${what}`);
  };
  if (kind !== 'control') mustBeNone(sum.lost, 'acknowledged deliveries were lost');
  else if (sum.lost === 0) failures.push('control: nothing was lost although it had to be: the harness has no teeth');
  mustBeNone(sum.doubled, 'deliveries were stored twice');
  mustBeNone(sum.foreign, 'deliveries were stored that nobody sent');
  mustBeNone(totals.acknowledged === 0 ? 1 : 0, 'run without any acknowledgement: there was nothing to lose');
  mustBeNone(totals.withoutRetryAfter, 'answers 503 came without Retry-After');
  for (const [status, count] of totals.refused) {
    if (status !== 503) failures.push(`${kind}: ${count} good deliveries were refused with ${status}`);
  }
  mustBeNone(settled.deliveriesWithoutEvent, 'deliveries have no event');
  mustBeNone(settled.eventsWithoutDelivery, 'deliveries of events are not there');
  mustBeNone(settled.eventsTwice, 'events are there twice');
  if (!settled.rebuiltEqual) failures.push(`${kind}: rebuilt projections differ:\n${settled.rebuildOutput}`);
  for (const { round, faults } of rounds) {
    for (const fault of faults) failures.push(`${kind} ${round}: ${fault}`);
  }
  return failures;
}

/** The tables at the end. */
export function report(results: readonly KindResult[]): string {
  const promise = results.map((result) => {
    const { kind, rounds, totals } = result;
    const sum = sumOf(result);
    return [
      kind,
      rounds.length,
      totals.bodies,
      totals.acknowledged,
      totals.again,
      sum.lost,
      sum.doubled,
      sum.unacknowledged,
      [...totals.refused.values()].reduce((total, count) => total + count, 0),
      totals.unknown,
    ];
  });
  const speed = results.map(({ kind, rounds, totals }) => {
    const recoveries = rounds.map((round) => round.recoveryMs).sort((a, b) => a - b);
    return [
      kind,
      seconds(recoveries[0] ?? 0),
      seconds(recoveries[recoveries.length >> 1] ?? 0),
      seconds(recoveries.at(-1) ?? 0),
      seconds(totals.slowestMs) + (totals.slowestMs > platformPatienceMs ? ' (late)' : ''),
    ];
  });
  const whole = results.map(({ kind, settled }) => [
    kind,
    settled.deliveries,
    settled.events,
    settled.deliveriesWithoutEvent,
    settled.eventsWithoutDelivery,
    settled.eventsTwice,
    settled.rebuiltEqual ? 'yes' : 'NO',
    seconds(settled.drainMs),
  ]);
  return [
    results.map(({ kind }) => `${kind}: ${kindTitles[kind]}`).join('\n'),
    table(
      'What was acknowledged and what became of it',
      ['kind', 'rounds', 'sent', 'acked', 'acked again', 'lost', 'doubled', 'present-unacked', 'refused', 'unknown'],
      promise,
    ),
    table(
      'Seconds to the first 200 after coming back, and the slowest answer',
      ['kind', 'best', 'median', 'worst', 'slowest answer'],
      speed,
    ),
    table(
      'What readers see at the end',
      ['kind', 'deliveries', 'events', 'without event', 'without delivery', 'twice', 'rebuild equal', 'drained in s'],
      whole,
    ),
  ].join('\n\n');
}

interface Sum {
  readonly lost: number;
  readonly doubled: number;
  readonly foreign: number;
  readonly unacknowledged: number;
}

/** Losses are reported once each, so they add up; the rest is a state, of which the worst or the last look counts. */
function sumOf({ rounds }: KindResult): Sum {
  const looks = rounds.map((round) => round.comparison);
  return {
    lost: looks.reduce((total, look) => total + look.lost, 0),
    doubled: Math.max(0, ...looks.map((look) => look.doubled)),
    foreign: Math.max(0, ...looks.map((look) => look.foreign)),
    unacknowledged: looks.at(-1)?.unacknowledged ?? 0,
  };
}

function seconds(ms: number): string {
  return (Math.max(0, ms) / 1000).toFixed(2);
}

function table(title: string, head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const texts = [head, ...rows.map((row) => row.map(String))];
  const widths = head.map((_, column) => Math.max(...texts.map((row) => (row[column] ?? '').length)));
  const lines = texts.map((row) =>
    row
      .map((cell, column) => (column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0)))
      .join('  '),
  );
  return [title, ...lines].join('\n');
}
