/** One record of a CSV file, and where in the text it ends. */
export interface CsvRow {
  readonly cells: readonly string[];
  readonly end: number;
}

/** The whole records of a text by RFC 4180; what is behind the last line break outside of quotes is not whole and left out. */
export function csvRows(text: string): readonly CsvRow[] {
  const rows: CsvRow[] = [];
  let cells: string[] = [];
  const cell = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  for (let match = cell.exec(text); match !== null; match = cell.exec(text)) {
    const [, quoted, bare = '', separator] = match;
    cells.push(quoted?.replaceAll('""', '"') ?? bare);
    if (separator === ',') continue;
    rows.push({ cells, end: cell.lastIndex });
    cells = [];
  }
  return rows;
}
