import { type LiaisonEvent } from '../../src/events/event.js';
import { toAnnotationDto, type AnnotationDto } from '../../src/messages/annotation.dto.js';
import { type AnnotationRow } from '../../src/messages/annotation.state.js';
import { toMessageDto, type MessageDto } from '../../src/messages/message.dto.js';
import { type MessageRow } from '../../src/messages/message.state.js';
import { toReactionDto, type ReactionDto } from '../../src/messages/reaction.dto.js';
import { type ReactionRow } from '../../src/messages/reaction.state.js';
import { toMemberDto, toSpaceDto, type MemberDto, type SpaceDto } from '../../src/spaces/space.dto.js';
import { replayed, type Projections } from './naive-replay.js';

interface Filters {
  readonly since?: string;
  readonly until?: string;
  readonly authorId?: string;
  readonly type?: string;
  readonly externalId?: string;
  readonly spaceId?: string;
  readonly order?: 'asc' | 'desc';
}

/**
 * What the lists of one connection show, read from a full replay in memory: everything is folded, everything is looked at.
 * The order is that of the rows of now, as documented.
 */
export class NaiveLists {
  readonly #then: Projections;
  readonly #now: Projections;

  constructor(
    events: readonly LiaisonEvent[],
    { asOf, knownAt }: { readonly asOf?: Date | undefined; readonly knownAt?: Date | undefined } = {},
  ) {
    const counts = (event: LiaisonEvent): boolean =>
      (asOf === undefined || event.occurredAt <= asOf) && (knownAt === undefined || event.learnedAt <= knownAt);
    this.#now = replayed(events);
    this.#then = replayed(events.filter(counts));
  }

  spaces({ externalId }: Filters = {}): SpaceDto[] {
    return [...this.#then.spaces.values()]
      .filter((row) => externalId === undefined || row.external_id === externalId)
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(toSpaceDto);
  }

  members(spaceId: string, includeFormer: boolean): MemberDto[] {
    return [...this.#then.members.values()]
      .filter((row) => row.space_id === spaceId)
      .filter(({ joined_at: joinedAt, left_at: leftAt, joined_order: joined, left_order: left }) =>
        includeFormer ? joinedAt !== null || leftAt !== null : joined !== null && (left === null || joined > left),
      )
      .sort((a, b) => (a.id < b.id ? -1 : 1))
      .map(toMemberDto);
  }

  messages(filters: Filters = {}): MessageDto[] {
    const rows = [...this.#then.messages.values()].filter(
      (row) => within(row, filters) && (filters.authorId ?? row.author_external_id) === row.author_external_id,
    );
    return inOrder(rows, this.#now.messages, filters).map((row) => this.#message(row));
  }

  annotations(filters: Filters = {}): AnnotationDto[] {
    const rows = [...this.#then.annotations.values()].filter(
      (row) =>
        this.#isShown(row) &&
        within(row, filters) &&
        (filters.type ?? row.type) === row.type &&
        (filters.authorId ?? row.author_external_id) === row.author_external_id,
    );
    return inOrder(rows, this.#now.annotations, filters).map((row) => toAnnotationDto(this.#named(row)));
  }

  reactions(filters: Filters = {}): ReactionDto[] {
    const rows = [...this.#then.reactions.values()].filter(
      (row) =>
        row.added_at !== null &&
        (row.removed_at === null || row.added_at > row.removed_at) &&
        (this.#then.messages.get(row.message_id)?.deleted_at ?? null) === null &&
        within(row, filters) &&
        (filters.type ?? row.reaction) === row.reaction &&
        (filters.authorId ?? row.user_external_id) === row.user_external_id,
    );
    return inOrder(rows, this.#now.reactions, filters).map((row: ReactionRow) =>
      toReactionDto({ ...row, known_name: this.#nameOf(row.space_id, row.user_external_id) }),
    );
  }

  #message(row: MessageRow): MessageDto {
    const own = [...this.#then.annotations.values()]
      .filter((annotation) => annotation.message_id === row.id && this.#isShown(annotation))
      .sort((a, b) => Number(a.sort_at) - Number(b.sort_at) || (a.id < b.id ? -1 : 1));
    return toMessageDto(
      this.#named(row),
      own.map((annotation) => this.#named(annotation)),
    );
  }

  /** Not removed since its version, on a message that was neither deleted nor edited after it. */
  #isShown({ version_at: at, removed_at: removedAt, message_id: messageId }: AnnotationRow): boolean {
    const message = this.#then.messages.get(messageId ?? '');
    if (at === null || (removedAt !== null && removedAt >= at)) return false;
    return (
      message === undefined || (message.deleted_at === null && !(message.edited_at !== null && message.edited_at > at))
    );
  }

  #named<Row extends MessageRow | AnnotationRow>(row: Row): Row & { known_name: string | null } {
    return { ...row, known_name: this.#nameOf(row.space_id, row.author_external_id) };
  }

  #nameOf(spaceId: string, externalId: string | null): string | null {
    const member = [...this.#then.members.values()].find(
      (row) => row.space_id === spaceId && row.external_id === externalId,
    );
    return member?.display_name ?? null;
  }
}

interface Row {
  readonly id: string;
  readonly sort_at: Date;
  readonly space_id: string;
  readonly external_id: string;
}

function within(row: Row, { since, until, externalId, spaceId }: Filters): boolean {
  return (
    (since === undefined || row.sort_at >= new Date(since)) &&
    (until === undefined || row.sort_at < new Date(until)) &&
    (externalId === undefined || row.external_id === externalId) &&
    (spaceId === undefined || row.space_id === spaceId)
  );
}

function inOrder<R extends Row>(rows: readonly R[], now: ReadonlyMap<string, Row>, { order }: Filters): R[] {
  const placeOf = (row: R): number => Number(now.get(row.id)?.sort_at);
  const ascending = rows.toSorted((a, b) => placeOf(a) - placeOf(b) || (a.id < b.id ? -1 : 1));
  return order === 'asc' ? ascending : ascending.reverse();
}
