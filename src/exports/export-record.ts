import { type AnnotationDto } from '../messages/annotation.dto.js';
import { type MessageDto } from '../messages/message.dto.js';
import { type ReactionDto } from '../messages/reaction.dto.js';
import { type MemberDto, type SpaceDto } from '../spaces/space.dto.js';

/** What an export says about itself before anything else. */
export interface ExportHeader {
  /** The version of this layout. */
  readonly layout: 1;
  readonly space: SpaceDto;
  readonly exportedAt: string;
  readonly since: string | null;
  readonly until: string | null;
  /** A place in the change feed: what comes after it tells what changed while the export was read. */
  readonly eventsAfter: string;
}

/** A message with everything that hangs on it. */
export type ExportedMessage = MessageDto & { readonly reactions: readonly ReactionDto[] };

/** How much there was since the header, also in parts of the export that this one goes on with. */
export interface ExportCounts {
  readonly members: number;
  readonly messages: number;
  /** Those of messages and those that hang on none. */
  readonly annotations: number;
  /** Those of messages and those to messages that are not known. */
  readonly reactions: number;
}

/** What one row of the database becomes. */
export type ExportedRow =
  | { readonly record: 'member'; readonly data: MemberDto }
  | { readonly record: 'message'; readonly data: ExportedMessage }
  | { readonly record: 'annotation'; readonly data: AnnotationDto }
  | { readonly record: 'reaction'; readonly data: ReactionDto };

/** One line of an export; `cursor` is where to go on behind it. Without its trailer an export is not whole. */
export type ExportRecord =
  | { readonly record: 'header'; readonly cursor: string; readonly data: ExportHeader }
  | (ExportedRow & { readonly cursor: string })
  | { readonly record: 'trailer'; readonly cursor: null; readonly data: ExportCounts };

export const nothingYet: ExportCounts = { members: 0, messages: 0, annotations: 0, reactions: 0 };

/** The counts with one more row. */
export function countedWith(counts: ExportCounts, { record, data }: ExportedRow): ExportCounts {
  switch (record) {
    case 'member':
      return { ...counts, members: counts.members + 1 };
    case 'message':
      return {
        ...counts,
        messages: counts.messages + 1,
        annotations: counts.annotations + data.annotations.length,
        reactions: counts.reactions + data.reactions.length,
      };
    case 'annotation':
      return { ...counts, annotations: counts.annotations + 1 };
    case 'reaction':
      return { ...counts, reactions: counts.reactions + 1 };
  }
}
