import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { replayed } from '../../test/setup/naive-replay.js';
import { eventsOf, histories, type Arrival } from '../../test/setup/random-histories.js';
import { type LiaisonEvent } from './event.js';

const runs = 10_000;
const connectionId = '01900000-0000-7000-8000-000000000001';
// Some before the facts happened: a clock of theirs ran ahead of ours.
const learnedAt = [-3_600_000, 0, 2, 86_400_000].map((ms) => new Date(Date.UTC(2018, 1, 27) + ms));
const history = histories(learnedAt, { minLength: 2, maxLength: 30 });

const inOrder = (events: readonly LiaisonEvent[]): LiaisonEvent[] =>
  events.toSorted((a, b) => a.occurredAt.getTime() - b.occurredAt.getTime());
const shuffled = (events: readonly LiaisonEvent[], arrivals: readonly Arrival[]): LiaisonEvent[] => {
  const turns = new Map(events.map((event, index) => [event, arrivals[index]?.turn ?? 0]));
  return [...turns].sort(([, a], [, b]) => a - b).map(([event]) => event);
};

/** Every order of up to five events. */
function permutations<T>(list: readonly T[]): T[][] {
  if (list.length <= 1) return [[...list]];
  return list.flatMap((item, index) => permutations(list.toSpliced(index, 1)).map((rest) => [item, ...rest]));
}

describe('the order in which facts arrive', () => {
  it(
    `leaves the same rows as the order in which they happened, in ${runs} shuffled histories`,
    { timeout: 120_000 },
    () => {
      fc.assert(
        fc.property(history, (arrivals) => {
          const events = eventsOf(arrivals, connectionId);
          expect(replayed(shuffled(events, arrivals))).toEqual(replayed(inOrder(events)));
        }),
        { numRuns: runs },
      );
    },
  );

  it('leaves the same rows in each of the 120 orders of five facts about one message', { timeout: 60_000 }, () => {
    const five = histories(learnedAt, { minLength: 5, maxLength: 5 }).map((arrivals) =>
      eventsOf(
        // Facts outside of spaces are told in one too; here all are in the same.
        arrivals.map(({ fact, ...arrival }) => ({ ...arrival, fact: { ...fact, space: { externalId: 'room' } } })),
        connectionId,
      ),
    );
    fc.assert(
      fc.property(five, (events) => {
        const [first, ...others] = permutations(events).map((order) => replayed(order));
        for (const other of others) expect(other).toEqual(first);
      }),
      { numRuns: 100 },
    );
  });
});
