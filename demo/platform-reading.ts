import { type ConnectionDto } from '../src/connections/connection.dto.js';
import { type ConversationDto } from '../src/conversations/conversation.dto.js';
import { type LiaisonClient } from './liaison-client.js';
import { storedAnswers, storedCalls } from './proof.js';
import { readSpaces, type SpaceReading } from './space-reading.js';

/** What came of one platform, as the API tells it. */
export interface PlatformReading {
  /** Its name in paths and metrics. */
  readonly id: string;
  readonly name: string;
  /** The bodies of the calls that are stored. */
  readonly calls: readonly string[];
  /** How many answers of the platform's own API are stored. */
  readonly answers: number;
  readonly spaces: readonly SpaceReading[];
  readonly conversations: readonly ConversationDto[];
}

/** Reads everything that the connections of a platform brought. */
export async function readPlatform(
  api: LiaisonClient,
  name: string,
  ...connections: readonly [ConnectionDto, ...ConnectionDto[]]
): Promise<PlatformReading> {
  const [{ platform }] = connections;
  const ofEach = async <T>(read: (connectionId: string) => Promise<readonly T[]>): Promise<readonly T[]> => {
    const found: T[] = [];
    for (const { id } of connections) found.push(...(await read(id)));
    return found;
  };
  return {
    id: platform,
    name,
    calls: await ofEach((id) => storedCalls(api, id)),
    answers: (await ofEach((id) => storedAnswers(api, id))).length,
    spaces: await ofEach((id) => readSpaces(api, id)),
    conversations: await ofEach((id) => api.conversations(id)),
  };
}

/** The space of that id at the platform; throws where there is none. */
export function spaceOf({ name, spaces }: PlatformReading, externalId: string): SpaceReading {
  const found = spaces.find(({ space }) => space.externalId === externalId);
  if (found === undefined) throw new Error(`A space of the story is not among those of ${name}.`);
  return found;
}
