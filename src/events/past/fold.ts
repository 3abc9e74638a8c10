import { type LiaisonEvent } from '../event.js';

/** The rows that these events leave behind, by what they are about; each event at most once, in any order. */
export function foldBySubject<E extends LiaisonEvent, Row>(
  events: readonly E[],
  apply: (row: Row | undefined, event: E) => Row,
): Map<string, Row> {
  const rows = new Map<string, Row>();
  for (const event of events) rows.set(event.subjectId, apply(rows.get(event.subjectId), event));
  return rows;
}
