import { csvRows } from './csv-rows.js';

/** A record of an export in NDJSON, as its reader sees it. */
export interface ExportedLine {
  readonly record: string;
  readonly cursor: string | null;
  readonly data: ExportedData;
}

/** What tests look at. */
export interface ExportedData {
  readonly id?: string;
  readonly externalId?: string;
  readonly content?: string | null;
  readonly createdAt?: string | null;
  readonly eventsAfter?: string;
  readonly reactions?: readonly { readonly id: string }[];
  readonly annotations?: readonly { readonly id: string }[];
}

/** The whole lines of an export in NDJSON, however it ends. */
export function exportedLines(text: string): readonly ExportedLine[] {
  // What the service sends; the assertions check it.
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as ExportedLine);
}

/** What the trailer of an export in NDJSON counts. */
export function exportedCounts(text: string): Readonly<Record<string, number>> {
  // What the service sends; the assertions check it.
  return (JSON.parse(text.trimEnd().split('\n').at(-1) ?? '') as { data: Readonly<Record<string, number>> }).data;
}

/** The whole records of an export in CSV, by the names of their columns. */
export function exportedRows(text: string): readonly Readonly<Record<string, string>>[] {
  const [head, ...rows] = csvRows(text);
  return rows.map(({ cells }) => Object.fromEntries(cells.map((cell, index) => [head?.cells[index] ?? '', cell])));
}
