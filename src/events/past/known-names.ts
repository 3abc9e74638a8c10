import { Injectable } from '@nestjs/common';
import { memberId, type LiaisonEvent } from '../event.js';
import { type Actor } from '../event-map.js';
import { orderOf, supersedes } from '../latest.js';
import { type UserOfSpace } from './past-events.finder.js';
import { PastEvents } from './past-events.js';
import { type Past } from './past.js';

interface KnownName {
  readonly name: string;
  readonly order: number;
}

/** The names that users went by in their spaces, as the projection of members keeps them for now. */
@Injectable()
export class KnownNames {
  constructor(private readonly events: PastEvents) {}

  /** Answers the name of each of these users then; null where none was told. */
  async of(users: readonly UserOfSpace[], past: Past): Promise<(user: UserOfSpace) => string | null> {
    const asked = new Map(users.map((user) => [idOf(user), user]));
    const [ofMembers, ofActors] = await Promise.all([
      this.events.ofSubjects([...asked.keys()], past),
      this.events.ofActors([...asked.values()], past),
    ]);
    const names = new Map<string, KnownName>();
    for (const event of [...ofMembers, ...ofActors]) {
      for (const { externalId, displayName } of usersIn(event)) {
        if (displayName === undefined || event.spaceId === null) continue;
        const id = memberId(event.spaceId, externalId);
        const known = names.get(id);
        const candidate = { at: orderOf(event), rank: 0, text: displayName };
        const isNews = supersedes(candidate, { at: known?.order ?? null, rank: 0, text: known?.name ?? '' });
        if (isNews) names.set(id, { name: displayName, order: candidate.at });
      }
    }
    return (user) => names.get(idOf(user))?.name ?? null;
  }
}

function usersIn(event: LiaisonEvent): readonly Actor[] {
  const { actor } = event.data;
  const acting = actor === undefined ? [] : [actor];
  switch (event.type) {
    case 'member.joined':
    case 'member.updated':
    case 'member.left':
      return [event.data.member, ...acting];
    default:
      return acting;
  }
}

function idOf(user: UserOfSpace): string {
  return memberId(user.spaceId, user.externalId);
}
