import { Injectable } from '@nestjs/common';
import { startOf, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { foldBySubject } from '../../events/past/fold.js';
import { KnownNames } from '../../events/past/known-names.js';
import { PastEvents } from '../../events/past/past-events.js';
import { pastPage } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { toAnnotationDto, type AnnotationDto, type AnnotationsQuery } from '../annotation.dto.js';
import { applyToAnnotation, isAnnotationEvent, isVisibleAnnotation, type AnnotationRow } from '../annotation.state.js';
import { named, unnamedAuthors } from './authors.js';
import { PastMessages } from './past-messages.js';
import { annotationTimeline, isWithin, timelineCandidates } from './timeline.js';

/** Annotations as they were, folded from the events that counted then. */
@Injectable()
export class PastAnnotations {
  constructor(
    private readonly reads: TenantReads,
    private readonly events: PastEvents,
    private readonly messages: PastMessages,
    private readonly names: KnownNames,
  ) {}

  async page(query: AnnotationsQuery, past: Past): Promise<Page<AnnotationDto>> {
    const { authorId, type } = query;
    const candidates = timelineCandidates(this.reads, annotationTimeline, {
      query,
      past,
      narrow: (where, { asOf, knownAt }) => {
        // What is shown now was shown then where it counted already; else an earlier version was, which may differ.
        const differed = `not (version_at <= ${asOf} and version_learned_at <= ${knownAt})`;
        where
          .and(authorId, (place) => `(author_external_id = ${place} or ${differed})`)
          .and(type, (place) => `(type = ${place} or ${differed})`);
      },
    });
    const isAskedFor = (row: AnnotationRow): boolean =>
      isWithin(query, row) &&
      (authorId === undefined || row.author_external_id === authorId) &&
      (type === undefined || row.type === type);
    const { rows, nextCursor } = await pastPage<AnnotationRow>(
      {
        cursorKind: 'annotations',
        candidates,
        asTheyWere: async (ids) => (await this.#visible(ids, past)).filter(isAskedFor),
      },
      startOf('annotations', ['time', 'id'], query),
      query.limit,
    );
    const nameOf = await this.names.of(unnamedAuthors(rows), past);
    return { items: rows.map((row) => toAnnotationDto(named(row, nameOf))), nextCursor };
  }

  async #visible(ids: readonly string[], past: Past): Promise<AnnotationRow[]> {
    const events = (await this.events.ofSubjects(ids, past)).filter(isAnnotationEvent);
    const rows = [...foldBySubject(events, applyToAnnotation).values()];
    const messages = await this.messages.byId(
      rows.flatMap((row) => row.message_id ?? []),
      past,
    );
    return rows.filter((row) => isVisibleAnnotation(row, messages.get(row.message_id ?? '')));
  }
}
