import { signalKinds, type SignalKind } from './link-rule.js';

/**
 * How much a signal alone says, from 0 to 1. A title is chosen by people for what the space is about. A number in a message may be
 * mentioned in passing. A contact among the members says with whom one talks, and a domain a little less.
 */
export const weights = { title: 0.75, text: 0.6, contact: 0.6, domain: 0.5 } as const;

/** What all signals of one kind say together at most, however many there are. */
const most: Readonly<Record<SignalKind, number>> = { title: weights.title, text: weights.text, member: 0.8 };

/** Below this nothing is suggested. */
export const leastConfidence = 0.25;

/** Something in a space that names records. */
export interface Signal {
  readonly kind: SignalKind;
  readonly weight: number;
  /** Keys of the records that it may mean. */
  readonly names: readonly string[];
}

/** What signals say for a record. */
export interface Support {
  /** From 0 to 1. */
  readonly confidence: number;
  /** The kinds of signals that name this record and no other. */
  readonly clearKinds: readonly SignalKind[];
}

/**
 * Kinds of signals are taken for independent: what speaks against the record by one of them speaks against it by all, so
 * `1 - Π(1 - s)`. A kind whose signals name several records says that much less for each. Whatever the order of the signals, the
 * result is the same; another signal that names this record alone never makes it less sure.
 */
export function supportOf(keys: ReadonlySet<string>, signals: readonly Signal[]): Support {
  let doubt = 1;
  const clearKinds: SignalKind[] = [];
  for (const kind of signalKinds) {
    const ofKind = signals.filter((signal) => signal.kind === kind);
    const forIt = ofKind.filter(({ names }) => names.some((name) => keys.has(name)));
    if (forIt.length === 0) continue;
    const named = new Set(ofKind.flatMap(({ names }) => names));
    const others = [...named].filter((name) => !keys.has(name)).length;
    // In one order, so that the last digit does not depend on it.
    const rest = forIt
      .map(({ weight }) => weight)
      .sort((one, other) => one - other)
      .reduce((product, weight) => product * (1 - weight), 1);
    doubt *= 1 - Math.min(most[kind], 1 - rest) / (1 + others);
    if (others === 0) clearKinds.push(kind);
  }
  return { confidence: Math.round((1 - doubt) * 10_000) / 10_000, clearKinds };
}
