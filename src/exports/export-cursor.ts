import { InvalidInput } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor } from '../common/http/page.js';
import { fingerprint } from '../common/security/fingerprint.js';
import { nothingYet, type ExportCounts } from './export-record.js';

/** The parts of an export in their order. */
export const sections = ['members', 'messages', 'annotations', 'reactions'] as const;
export type Section = (typeof sections)[number];

/** What is exported; times bound messages, and what hangs on no message. */
export interface ExportFilter {
  readonly spaceId: string;
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** A place among the rows of a section. Members have no time: they are in the order of their ids. */
export interface RowPlace {
  readonly at: Date;
  readonly id: string;
}

/** How far an export has come. */
export interface ExportPosition {
  readonly section: Section;
  /** The last row; undefined before the first one. */
  readonly place: RowPlace | undefined;
  readonly counts: ExportCounts;
}

export const beginning: ExportPosition = { section: 'members', place: undefined, counts: nothingYet };

const kind = 'export';
const parts = ['id', 'number', 'time', 'id', 'number', 'number', 'number', 'number'] as const;
/** Stands for the place before the first row. */
const noRow: RowPlace = { at: new Date(0), id: '00000000-0000-0000-0000-000000000000' };

/** The cursors of all exports of the same; they carry the counts, so that the last part knows those of all. */
export class ExportCursors {
  readonly #filterId: string;

  constructor({ spaceId, since, until }: ExportFilter) {
    const instant = (time: string | undefined): string | null =>
      time === undefined ? null : new Date(time).toISOString();
    const filter = JSON.stringify([spaceId.toLowerCase(), instant(since), instant(until)]);
    this.#filterId = fingerprint(Buffer.from(filter));
  }

  encode({ section, place = noRow, counts }: ExportPosition): string {
    const numbers = [counts.members, counts.messages, counts.annotations, counts.reactions];
    const values = [sections.indexOf(section), place.at.toISOString(), place.id, ...numbers];
    return encodeCursor(kind, [this.#filterId, ...values.map(String)]);
  }

  /** Throws `InvalidInput` for what is no cursor of an export of the same. */
  decode(cursor: string): ExportPosition {
    const [filterId, index, at = '', id = '', ...numbers] = decodeCursor(kind, parts, cursor);
    const section = sections[Number(index)];
    if (filterId !== this.#filterId || section === undefined) {
      throw new InvalidInput({
        detail: 'The cursor belongs to an export of something else.',
        faults: [{ pointer: '/after', detail: 'must be a cursor of this space with the same since and until' }],
      });
    }
    const [members = 0, messages = 0, annotations = 0, reactions = 0] = numbers.map(Number);
    return {
      section,
      place: id === noRow.id ? undefined : { at: new Date(at), id },
      counts: { members, messages, annotations, reactions },
    };
  }
}
