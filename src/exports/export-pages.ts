import { Injectable } from '@nestjs/common';
import { encodeCursor } from '../common/http/page.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { toReactionDto } from '../messages/reaction.dto.js';
import { MessagesById } from '../messages/messages-by-id.queries.js';
import { SpacesQueries } from '../spaces/spaces.queries.js';
import { type ExportFilter, type RowPlace, type Section } from './export-cursor.js';
import { type ExportedRow } from './export-record.js';

const rowsInPage = 500;
/** A page ends before it has more text than this, so that messages of a megabyte do not come by the hundred. */
const bytesInPage = 4_000_000;
/** Annotations and reactions are looked through in steps of so many for those that belong to no known message. */
const lookedThrough = 2_000;

export interface ExportPage {
  readonly rows: readonly { readonly place: RowPlace; readonly row: ExportedRow }[];
  /** Where to go on; undefined at the end of the section. */
  readonly next: RowPlace | undefined;
}

/**
 * Reads an export page by page, each with short statements of its own: no snapshot is held open, however long the reader
 * takes, and nothing of the database is held between two pages.
 */
@Injectable()
export class ExportPages {
  constructor(
    private readonly reads: TenantReads,
    private readonly spaces: SpacesQueries,
    private readonly byId: MessagesById,
  ) {}

  /** The next rows of a section, beyond `from`. */
  read(section: Section, tenantId: string, filter: ExportFilter, from: RowPlace | undefined): Promise<ExportPage> {
    switch (section) {
      case 'members':
        return this.#members(tenantId, filter, from);
      case 'messages':
        return this.#messages(tenantId, filter, from);
      case 'annotations':
        return this.#loose('annotations', tenantId, filter, from, async (ids) =>
          (await this.byId.annotations(tenantId, ids)).map((data) => ({ record: 'annotation', data })),
        );
      case 'reactions':
        return this.#loose('reactions', tenantId, filter, from, async (ids) =>
          (await this.byId.reactions(tenantId, ids)).map((data) => ({ record: 'reaction', data })),
        );
    }
  }

  async #members(tenantId: string, { spaceId }: ExportFilter, from: RowPlace | undefined): Promise<ExportPage> {
    const cursor = from === undefined ? {} : { cursor: encodeCursor('members', [from.id]) };
    const everybody = { limit: rowsInPage, includeFormer: 'true', ...cursor };
    const { items, nextCursor } = await this.spaces.members(tenantId, spaceId, everybody);
    const places = items.map(({ id }) => ({ at: new Date(0), id }));
    const rows = items.map((data): ExportedRow => ({ record: 'member', data }));
    return { rows: placed(places, rows), next: nextCursor === null ? undefined : places.at(-1) };
  }

  async #messages(tenantId: string, filter: ExportFilter, from: RowPlace | undefined): Promise<ExportPage> {
    const where = rowsOfSpace(tenantId, filter, from);
    const places = await this.reads.rows<RowPlace>(
      tenantId,
      `select id, at from (
         select page.*, sum(size) over (order by at, id rows between unbounded preceding and 1 preceding) as before
         from (
           select t.id, t.sort_at as at, coalesce(octet_length(t.content), 0) + coalesce(
             (select sum(octet_length(a.raw_payload)) from annotations a where a.message_id = t.id), 0) as size
           from messages t where ${where.sql} order by t.sort_at, t.id limit ${rowsInPage}
         ) page
       ) sized where coalesce(before, 0) < ${bytesInPage} order by at, id`,
      where.parameters,
    );
    const ids = places.map(({ id }) => id);
    const messages = await this.byId.messages(tenantId, ids);
    const reactions = await this.byId.reactionsOf(tenantId, ids);
    const rows = messages.map((message): ExportedRow => ({
      record: 'message',
      data: { ...message, reactions: (reactions.get(message.id) ?? []).map(toReactionDto) },
    }));
    return { rows: placed(places, rows), next: places.at(-1) };
  }

  /** What hangs on no message, or on one that nothing is known of. */
  async #loose(
    table: 'annotations' | 'reactions',
    tenantId: string,
    filter: ExportFilter,
    from: RowPlace | undefined,
    rowsWith: (ids: readonly string[]) => Promise<ExportedRow[]>,
  ): Promise<ExportPage> {
    const where = rowsOfSpace(tenantId, filter, from);
    const places = await this.reads.rows<RowPlace & { readonly isLoose: boolean }>(
      tenantId,
      `select page.id, page.at, not exists (select 1 from messages m where m.id = page.message_id) as "isLoose"
       from (
         select t.id, t.sort_at as at, t.message_id from ${table} t where ${where.sql}
         order by t.sort_at, t.id limit ${lookedThrough}
       ) page order by page.at, page.id`,
      where.parameters,
    );
    const loose = places.filter(({ isLoose }) => isLoose);
    const rows = await rowsWith(loose.map(({ id }) => id));
    return { rows: placed(loose, rows), next: places.at(-1) };
  }
}

/** Rows `t` of the space between the times and beyond `from`. */
function rowsOfSpace(tenantId: string, { spaceId, since, until }: ExportFilter, from: RowPlace | undefined): Where {
  const where = new Where()
    .and(tenantId, (place) => `t.tenant_id = ${place}`)
    .and(spaceId, (place) => `t.space_id = ${place}`)
    .and(since, (place) => `t.sort_at >= ${place}`)
    .and(until, (place) => `t.sort_at < ${place}`);
  if (from === undefined) return where;
  return where.always(
    `(t.sort_at, t.id) > (${where.place(from.at.toISOString())}::timestamptz, ${where.place(from.id)}::uuid)`,
  );
}

/** The rows at their places, in the order of these. */
function placed(places: readonly RowPlace[], rows: readonly ExportedRow[]): ExportPage['rows'] {
  const byId = new Map(rows.map((row) => [row.data.id, row]));
  return places.flatMap((place) => {
    const row = byId.get(place.id);
    return row === undefined ? [] : [{ place, row }];
  });
}
