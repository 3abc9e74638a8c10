import { Injectable } from '@nestjs/common';
import { InvalidInput, NotFound } from '../../common/errors/liaison-error.js';
import { startOf, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { foldBySubject } from '../../events/past/fold.js';
import { KnownNames } from '../../events/past/known-names.js';
import { PastEvents } from '../../events/past/past-events.js';
import { pastPage } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { applyToAnnotation, isAnnotationEvent, isVisibleAnnotation, type AnnotationRow } from '../annotation.state.js';
import { toMessageDto, type MessageDto, type MessagesQuery } from '../message.dto.js';
import { applyToMessage, isMessageEvent, type MessageRow } from '../message.state.js';
import { named, unnamedAuthors } from './authors.js';
import { isWithin, messageTimeline, timelineCandidates } from './timeline.js';

/** Messages as they were, folded from the events that counted then. */
@Injectable()
export class PastMessages {
  constructor(
    private readonly reads: TenantReads,
    private readonly events: PastEvents,
    private readonly names: KnownNames,
  ) {}

  /** Throws `InvalidInput` for a search: the index of words holds what messages say now. */
  async page(query: MessagesQuery, past: Past): Promise<Page<MessageDto>> {
    if (query.q !== undefined) throw searchesNow();
    const { authorId } = query;
    const candidates = timelineCandidates(this.reads, messageTimeline, {
      query,
      past,
      narrowSettled: (where) => (authorId === undefined ? [] : [`author_external_id = ${where.place(authorId)}`]),
    });
    const isAskedFor = (row: MessageRow): boolean =>
      isWithin(query, row) && (authorId === undefined || row.author_external_id === authorId);
    const { rows, nextCursor } = await pastPage<MessageRow>(
      {
        cursorKind: 'messages',
        candidates,
        asTheyWere: async (ids) => [...(await this.byId(ids, past)).values()].filter(isAskedFor),
      },
      startOf('messages', ['time', 'id'], query),
      query.limit,
    );
    return { items: await this.#show(rows, past), nextCursor };
  }

  /** Throws `NotFound` for a space that was not known then, and for another tenant's. */
  async ofSpace(spaceId: string, query: MessagesQuery, past: Past): Promise<Page<MessageDto>> {
    if (!(await this.events.hasSpace(spaceId, past))) throw new NotFound({ detail: 'There was no such space.' });
    return this.page({ ...query, spaceId }, past);
  }

  /** Throws `NotFound` for a message that was not known then, and for another tenant's. */
  async get(id: string, past: Past): Promise<MessageDto> {
    const [message] = await this.#show([...(await this.byId([id], past)).values()], past);
    if (message === undefined) throw new NotFound({ detail: 'There was no such message.' });
    return message;
  }

  /** The messages of these ids as they were, deleted ones too. */
  async byId(ids: readonly string[], past: Past): Promise<ReadonlyMap<string, MessageRow>> {
    return foldBySubject((await this.events.ofMessages(ids, past)).filter(isMessageEvent), applyToMessage);
  }

  async #show(rows: readonly MessageRow[], past: Past): Promise<MessageDto[]> {
    const annotations = await this.#annotationsOf(rows, past);
    const nameOf = await this.names.of(unnamedAuthors([...rows, ...annotations]), past);
    return rows.map((row) => {
      const own = annotations.filter((annotation) => annotation.message_id === row.id);
      return toMessageDto(
        named(row, nameOf),
        own.map((annotation) => named(annotation, nameOf)),
      );
    });
  }

  /** The annotations that could be seen on these messages, in the order in which messages show them. */
  async #annotationsOf(messages: readonly MessageRow[], past: Past): Promise<AnnotationRow[]> {
    const byId = new Map(messages.map((message) => [message.id, message]));
    const events = await this.events.ofAnnotationsOf([...byId.keys()], past);
    return [...foldBySubject(events.filter(isAnnotationEvent), applyToAnnotation).values()]
      .filter((row) => isVisibleAnnotation(row, byId.get(row.message_id ?? '')))
      .sort((a, b) => a.sort_at.getTime() - b.sort_at.getTime() || (a.id < b.id ? -1 : 1));
  }
}

function searchesNow(): InvalidInput {
  return new InvalidInput({
    detail: 'Words are searched for in messages as they are now.',
    faults: [{ pointer: '/q', detail: 'must not come with asOf or knownAt' }],
  });
}
