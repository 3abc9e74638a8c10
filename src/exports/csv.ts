import { stringify } from 'csv-stringify/sync';
import { type ExportRecord } from './export-record.js';

/** Every record has the same columns, as RFC 4180 wants; what a record has nothing for is empty. */
const columns = [
  ...(['record', 'cursor', 'id', 'externalId', 'at', 'personId', 'personName', 'email', 'role', 'leftAt'] as const),
  ...(['content', 'contentType', 'conversation', 'editedAt', 'deletedAt', 'failedAt', 'unavailable'] as const),
  ...(['revision', 'type', 'messageId', 'annotations', 'reactions', 'details'] as const),
] as const;

type Cell = string | number | null;
type Cells = Partial<Readonly<Record<(typeof columns)[number], Cell>>>;

/** The line that names the columns. */
export const csvHead = linesOf([columns]);

/** The lines of records. What has no column of its own is JSON. */
export function csvLines(records: readonly ExportRecord[]): string {
  return linesOf(
    records.map((record) => {
      const cells = { record: record.record, cursor: record.cursor, ...cellsOf(record) };
      return columns.map((name) => cells[name] ?? null);
    }),
  );
}

/**
 * CSV by RFC 4180. A cell that a spreadsheet would take for a formula (it begins with = + - @, a tab, a carriage return or
 * a wide form of one of these) gets an apostrophe before it, as OWASP advises against CSV injection: people open these
 * files, and anybody may have written what is in them.
 */
function linesOf(rows: readonly (readonly Cell[])[]): string {
  return stringify([...rows], { record_delimiter: 'windows', escape_formulas: true, quoted_string: true });
}

function cellsOf({ record, data }: ExportRecord): Cells {
  switch (record) {
    case 'header':
      return {
        id: data.space.id,
        externalId: data.space.externalId,
        at: data.exportedAt,
        details: JSON.stringify(data),
      };
    case 'member': {
      const { id, externalId, joinedAt: at, displayName: personName, email, role, leftAt } = data;
      return { id, externalId, at, personId: externalId, personName, email, role, leftAt };
    }
    case 'message': {
      const { id, externalId, createdAt: at, content, contentType, conversation, annotations, reactions } = data;
      const { editedAt, deletedAt, failedAt, unavailable, revision } = data;
      return {
        ...{ id, externalId, at, ...personOf(data), content, contentType, editedAt, deletedAt, failedAt, unavailable },
        revision,
        conversation: conversation === null ? null : JSON.stringify(conversation),
        annotations: JSON.stringify(annotations),
        reactions: JSON.stringify(reactions),
      };
    }
    case 'annotation': {
      const { id, externalId, addedAt: at, updatedAt: editedAt, type, messageId, rawPayload: details } = data;
      return { id, externalId, at, ...personOf(data), editedAt, type, messageId, details };
    }
    case 'reaction': {
      const { id, externalId, addedAt: at, reaction: type, messageId } = data;
      return { id, externalId, at, ...personOf(data), type, messageId };
    }
    case 'trailer':
      return { details: JSON.stringify(data) };
  }
}

function personOf({
  author,
}: {
  readonly author: { readonly externalId: string; readonly displayName: string | null } | null;
}): Cells {
  return author === null ? {} : { personId: author.externalId, personName: author.displayName };
}
