import { csvHead, csvLines } from './csv.js';
import { type ExportRecord } from './export-record.js';

/** How records become text. The text of a whole export is the same in however many parts it was read. */
export interface ExportFormat {
  readonly mediaType: string;
  /** How names of files with it end. */
  readonly extension: string;
  readonly contentType: string;
  /** What stands before the first record. */
  readonly head: string;
  readonly lines: (records: readonly ExportRecord[]) => string;
}

export const formatNames = ['ndjson', 'csv'] as const;
export type FormatName = (typeof formatNames)[number];

export const formats: Readonly<Record<FormatName, ExportFormat>> = {
  ndjson: {
    mediaType: 'application/x-ndjson',
    extension: '.ndjson',
    contentType: 'application/x-ndjson; charset=utf-8',
    head: '',
    lines: (records) =>
      records.map(({ record, cursor, data }) => `${JSON.stringify({ record, cursor, data })}\n`).join(''),
  },
  csv: {
    mediaType: 'text/csv',
    extension: '.csv',
    contentType: 'text/csv; charset=utf-8; header=present',
    head: csvHead,
    lines: csvLines,
  },
};

/** The format that is named, or else the one that the caller would rather have, or else NDJSON. */
export function formatFor(
  named: FormatName | undefined,
  accepts: (mediaTypes: string[]) => string | false,
): ExportFormat {
  if (named !== undefined) return formats[named];
  const accepted = accepts(formatNames.map((name) => formats[name].mediaType));
  return accepted === formats.csv.mediaType ? formats.csv : formats.ndjson;
}
