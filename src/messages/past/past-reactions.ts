import { Injectable } from '@nestjs/common';
import { startOf, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { foldBySubject } from '../../events/past/fold.js';
import { KnownNames } from '../../events/past/known-names.js';
import { PastEvents } from '../../events/past/past-events.js';
import { pastPage } from '../../events/past/past-page.js';
import { type Past } from '../../events/past/past.js';
import { toReactionDto, type ReactionDto, type ReactionsQuery } from '../reaction.dto.js';
import { applyToReaction, isReactionEvent, isVisibleReaction, type ReactionRow } from '../reaction.state.js';
import { PastMessages } from './past-messages.js';
import { isWithin, reactionTimeline, timelineCandidates } from './timeline.js';

/** Reactions as they were, folded from the events that counted then. */
@Injectable()
export class PastReactions {
  constructor(
    private readonly reads: TenantReads,
    private readonly events: PastEvents,
    private readonly messages: PastMessages,
    private readonly names: KnownNames,
  ) {}

  async page(query: ReactionsQuery, past: Past): Promise<Page<ReactionDto>> {
    const candidates = timelineCandidates(this.reads, reactionTimeline, {
      query,
      past,
      narrow: (where) =>
        where
          .and(query.authorId, (place) => `user_external_id = ${place}`)
          .and(query.type, (place) => `reaction = ${place}`),
    });
    const { rows, nextCursor } = await pastPage<ReactionRow>(
      {
        cursorKind: 'reactions',
        candidates,
        asTheyWere: async (ids) => (await this.#visible(ids, past)).filter((row) => isWithin(query, row)),
      },
      startOf('reactions', ['time', 'id'], query),
      query.limit,
    );
    const users = rows.map((row) => ({ spaceId: row.space_id, externalId: row.user_external_id }));
    const nameOf = await this.names.of(users, past);
    return {
      items: rows.map((row) => {
        const user = { spaceId: row.space_id, externalId: row.user_external_id };
        return toReactionDto({ ...row, known_name: nameOf(user) });
      }),
      nextCursor,
    };
  }

  async #visible(ids: readonly string[], past: Past): Promise<ReactionRow[]> {
    const events = (await this.events.ofSubjects(ids, past)).filter(isReactionEvent);
    const rows = [...foldBySubject(events, applyToReaction).values()];
    const messages = await this.messages.byId(
      rows.map((row) => row.message_id),
      past,
    );
    return rows.filter((row) => isVisibleReaction(row, messages.get(row.message_id)));
  }
}
