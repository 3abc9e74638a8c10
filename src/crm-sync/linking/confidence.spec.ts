import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { supportOf, weights, type Signal } from './confidence.js';
import { signalKinds } from './link-rule.js';

const records = ['r/1', 'r/2', 'r/3'];
const signal = (names: fc.Arbitrary<string[]>): fc.Arbitrary<Signal> =>
  fc.record({ kind: fc.constantFrom(...signalKinds), weight: fc.double({ min: 0, max: 1, noNaN: true }), names });
const anySignal = signal(fc.uniqueArray(fc.constantFrom(...records), { minLength: 1 }));
const clear = signal(fc.constant(['r/1']));
const it1 = new Set(['r/1']);

describe('how sure a link is', () => {
  it('is between 0 and 1', () => {
    fc.assert(
      fc.property(fc.array(anySignal), (signals) => {
        const { confidence } = supportOf(it1, signals);
        expect(confidence).toBeGreaterThanOrEqual(0);
        expect(confidence).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is never less with one more signal that names the record alone', () => {
    fc.assert(
      fc.property(fc.array(anySignal), clear, (signals, more) => {
        const before = supportOf(it1, signals).confidence;
        expect(supportOf(it1, [...signals, more]).confidence).toBeGreaterThanOrEqual(before);
      }),
    );
  });

  it('is never more with one more signal that names another record alone', () => {
    fc.assert(
      fc.property(fc.array(anySignal), clear, (signals, more) => {
        const before = supportOf(it1, signals).confidence;
        expect(supportOf(it1, [...signals, { ...more, names: ['r/2'] }]).confidence).toBeLessThanOrEqual(before);
      }),
    );
  });

  it('is the same in whatever order the signals come', () => {
    const shuffled = fc
      .array(anySignal)
      .chain((signals) =>
        fc.tuple(
          fc.constant(signals),
          fc.shuffledSubarray(signals, { minLength: signals.length, maxLength: signals.length }),
        ),
      );
    fc.assert(
      fc.property(shuffled, ([signals, other]) => {
        expect(supportOf(it1, other)).toEqual(supportOf(it1, signals));
      }),
    );
  });

  it('rests on no more kinds of signals than there are, however many there are of one kind', () => {
    fc.assert(
      fc.property(fc.constantFrom(...signalKinds), fc.array(clear, { minLength: 1 }), (kind, signals) => {
        const ofOneKind = signals.map((one) => ({ ...one, kind }));
        expect(supportOf(it1, ofOneKind).clearKinds).toEqual([kind]);
      }),
    );
  });

  it('is enough for the usual threshold with a title and a domain, and with a title and a number', () => {
    const title: Signal = { kind: 'title', weight: weights.title, names: ['r/1'] };
    const domain: Signal = { kind: 'member', weight: weights.domain, names: ['r/1'] };
    const number: Signal = { kind: 'text', weight: weights.text, names: ['r/1'] };
    expect(supportOf(it1, [title, domain]).confidence).toBe(0.875);
    expect(supportOf(it1, [title, number]).confidence).toBe(0.9);
    expect(supportOf(it1, [number, domain]).confidence).toBe(0.8);
    expect(supportOf(it1, [title, title, title]).confidence).toBe(0.75);
  });

  it('is a third each where a title means one of three', () => {
    const title: Signal = { kind: 'title', weight: weights.title, names: records };
    expect(supportOf(it1, [title])).toEqual({ confidence: 0.25, clearKinds: [] });
  });
});
