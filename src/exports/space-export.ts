import { Injectable } from '@nestjs/common';
import { FeedEnd } from '../feed/feed-end.js';
import { toFeedCursor } from '../feed/feed-position.js';
import { type SpaceDto } from '../spaces/space.dto.js';
import { SpacesQueries } from '../spaces/spaces.queries.js';
import { beginning, ExportCursors, sections, type ExportFilter, type ExportPosition } from './export-cursor.js';
import { ExportPages } from './export-pages.js';
import { countedWith, type ExportRecord } from './export-record.js';

/** An export that can be read from here on. */
export interface OpenExport {
  readonly space: SpaceDto;
  /** Whether it goes on with an earlier one, and so has no header. */
  readonly isContinued: boolean;
  /** The records, one page of the database after the other. Each page is read when it is asked for, and not before. */
  readonly pages: AsyncGenerator<readonly ExportRecord[], void, undefined>;
}

/**
 * Everything that a space holds: a header, its members, its messages in the order of time with what hangs on them, what
 * hangs on no message, a trailer. Rows are read as they are when their turn comes. What changes behind the place that was
 * reached, the change feed tells from the header's `eventsAfter` on.
 */
@Injectable()
export class SpaceExport {
  constructor(
    private readonly spaces: SpacesQueries,
    private readonly exportPages: ExportPages,
    private readonly feedEnd: FeedEnd,
  ) {}

  /**
   * Opens an export, or goes on behind the record that has the cursor `after`. Throws `NotFound` for an unknown space and
   * for another tenant's, `InvalidInput` for a cursor of another export.
   */
  async open(tenantId: string, filter: ExportFilter, after?: string): Promise<OpenExport> {
    const space = await this.spaces.get(tenantId, filter.spaceId);
    const cursors = new ExportCursors(filter);
    if (after !== undefined) {
      const position = cursors.decode(after);
      return { space, isContinued: true, pages: this.#rest(tenantId, filter, cursors, position) };
    }
    // Read before any row: what is read later is at least as new.
    const eventsAfter = toFeedCursor(await this.feedEnd.look());
    const header: ExportRecord = {
      record: 'header',
      cursor: cursors.encode(beginning),
      data: {
        layout: 1,
        space,
        exportedAt: new Date().toISOString(),
        since: filter.since ?? null,
        until: filter.until ?? null,
        eventsAfter,
      },
    };
    return { space, isContinued: false, pages: this.#all(header, tenantId, filter, cursors) };
  }

  async *#all(
    header: ExportRecord,
    tenantId: string,
    filter: ExportFilter,
    cursors: ExportCursors,
  ): OpenExport['pages'] {
    yield [header];
    yield* this.#rest(tenantId, filter, cursors, beginning);
  }

  async *#rest(
    tenantId: string,
    filter: ExportFilter,
    cursors: ExportCursors,
    { section: first, place, counts: before }: ExportPosition,
  ): OpenExport['pages'] {
    let [counts, from] = [before, place];
    for (const section of sections.slice(sections.indexOf(first))) {
      do {
        const page = await this.exportPages.read(section, tenantId, filter, from);
        const records = page.rows.map(({ row, place: reached }): ExportRecord => {
          counts = countedWith(counts, row);
          return { ...row, cursor: cursors.encode({ section, place: reached, counts }) };
        });
        if (records.length > 0) yield records;
        from = page.next;
      } while (from !== undefined);
    }
    yield [{ record: 'trailer', cursor: null, data: counts }];
  }
}
