import { type LiaisonEvent } from './event.js';

/** The earlier of two times; an unknown one does not count. */
export function earlier(a: Date | null, b: Date): Date {
  return a === null || b < a ? b : a;
}

/** The later of two times; an unknown one does not count. */
export function later(a: Date | null, b: Date): Date {
  return a === null || b > a ? b : a;
}

/**
 * Whether an observation replaces the one that is stored: the later time (or order) wins; at the same time the higher rank
 * (an edit over the creation), then the greater text. Any order of arrival therefore ends in the same state.
 */
export function supersedes(
  candidate: { readonly at: Date | number; readonly rank: number; readonly text: string },
  stored: { readonly at: Date | number | null; readonly rank: number; readonly text: string },
): boolean {
  if (stored.at === null) return true;
  const difference = Number(candidate.at) - Number(stored.at);
  if (difference !== 0) return difference > 0;
  if (candidate.rank !== stored.rank) return candidate.rank > stored.rank;
  return candidate.text > stored.text;
}

/**
 * Where an event stands among the events of its space: at the platform's own number where it numbers them, else at its
 * time (ms). Only orders of one space are compared.
 */
export function orderOf(event: LiaisonEvent): number {
  return event.data.position ?? event.occurredAt.getTime();
}
