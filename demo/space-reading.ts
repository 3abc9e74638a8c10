import { type MessageDto } from '../src/messages/message.dto.js';
import { type ReactionDto } from '../src/messages/reaction.dto.js';
import { type MemberDto, type SpaceDto } from '../src/spaces/space.dto.js';
import { type LiaisonClient } from './liaison-client.js';

/** A space with all that is in it, as the API tells it. */
export interface SpaceReading {
  readonly space: SpaceDto;
  readonly members: readonly MemberDto[];
  readonly messages: readonly MessageDto[];
  readonly reactions: readonly ReactionDto[];
}

/** Reads all spaces of a connection. */
export async function readSpaces(api: LiaisonClient, connectionId: string): Promise<readonly SpaceReading[]> {
  const readings: SpaceReading[] = [];
  for (const space of await api.spaces(connectionId)) {
    readings.push({
      space,
      members: await api.members(space.id),
      messages: await api.messages(space.id),
      reactions: await api.reactions(space.id),
    });
  }
  return readings;
}
