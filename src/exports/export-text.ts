import { type Turns } from '../feed/turns.js';
import { type ExportFormat } from './export-format.js';
import { type OpenExport } from './space-export.js';

/** The text of an export, a page at a time; `onPage` hears how many records each page had. */
export async function* exportText(
  { isContinued, pages }: OpenExport,
  format: ExportFormat,
  onPage: (records: number) => void,
  turns?: Turns,
): AsyncGenerator<string, void, undefined> {
  if (!isContinued && format.head !== '') yield format.head;
  const nextPage = (): ReturnType<typeof pages.next> => pages.next();
  for (;;) {
    const page = await (turns === undefined ? nextPage() : turns.run(nextPage));
    if (page.done === true) return;
    yield format.lines(page.value);
    onPage(page.value.length);
  }
}
