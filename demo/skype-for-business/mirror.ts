import {
  type ConversationMessage,
  type SimulatedConversation,
} from '../../simulators/skype-for-business/simulated-conversation.js';
import { type SimulatedPerson } from '../../simulators/skype-for-business/simulated-person.js';
import { type ConversationDto } from '../../src/conversations/conversation.dto.js';
import { type SpaceReading } from '../space-reading.js';

/** Where what Liaison shows differs from what the platform itself has, in words; nothing when the two are equal. */
export function differences(
  original: SimulatedConversation,
  people: readonly SimulatedPerson[],
  conversation: ConversationDto | undefined,
  shown: SpaceReading | undefined,
): readonly string[] {
  if (conversation === undefined || shown === undefined) return ['the conversation is missing'];
  const everybody = shown.members.map(({ externalId, displayName }) => `${externalId} ${displayName ?? ''}`);
  return [
    ...(conversation.subject === original.subject ? [] : ['the subject differs']),
    ...(conversation.threadId === original.threadId ? [] : ['the thread differs']),
    ...((conversation.endedAt !== null) === original.ended ? [] : ['the end differs']),
    ...(conversation.invitation?.state === 'accepted' ? [] : ['the invitation differs']),
    ...(sameTexts(
      everybody,
      people.map(({ uri, name }) => `${uri} ${name}`),
    )
      ? []
      : ['the people differ']),
    ...(shown.members.every(({ leftAt }) => leftAt !== null) ? [] : ['somebody has not left']),
    ...(sameTexts(
      shown.messages.map(({ author, contentType, content }) =>
        inWords(author?.externalId, contentType ?? '', content ?? ''),
      ),
      original.messages.map(writtenInWords),
    )
      ? []
      : ['the messages differ']),
  ];
}

function writtenInWords({ from, type, text }: ConversationMessage): string {
  return inWords(from?.uri, type, text);
}

function inWords(author: string | undefined, type: string, text: string): string {
  return `${author ?? ''} ${type} ${text}`;
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}
