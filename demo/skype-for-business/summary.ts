import { type ConversationDto } from '../../src/conversations/conversation.dto.js';
import { Names } from '../names.js';
import { spaceOf, type PlatformReading } from '../platform-reading.js';
import { printMessages, printPeople } from '../space-view.js';
import { clockTime, type Terminal } from '../terminal.js';
import { type ToldOnSkypeForBusiness } from './chapter.js';
import { type SkypeForBusinessReading } from './checks.js';

/** Prints what Skype for Business brought: the conversation and what was said in it. */
export function showSkypeForBusiness(
  told: ToldOnSkypeForBusiness,
  platform: PlatformReading,
  terminal: Terminal,
): SkypeForBusinessReading {
  const space = spaceOf(platform, told.conversation.id);
  const conversation = platform.conversations.find(({ externalId }) => externalId === told.conversation.id);
  terminal.heading(`"${space.space.title ?? ''}" on Skype for Business (GET /v1/conversations)`);
  if (conversation !== undefined) printConversation(conversation, terminal);
  const names = new Names(space.members, space.messages);
  printMessages(space, names, terminal);
  printPeople(space, names, terminal);
  return { stored: platform.calls, conversation, space };
}

function printConversation({ state, invitation, startedAt, endedAt }: ConversationDto, terminal: Terminal): void {
  const time = (at: string | null): string => (at === null ? 'not yet' : clockTime(new Date(at)));
  terminal.pair('invitation', `${invitation?.direction ?? ''}, ${invitation?.state ?? ''}`);
  terminal.pair('last state told', state ?? 'none');
  terminal.pair(
    'began and ended',
    `${time(startedAt)}, ${time(endedAt)}: when it was received, since the platform tells no time`,
  );
}
