import { type SimulatedMessage } from '../../simulators/watson-work/simulated-message.js';
import { type SimulatedSpace } from '../../simulators/watson-work/simulated-space.js';
import { type MessageDto } from '../../src/messages/message.dto.js';
import { type SpaceReading } from '../space-reading.js';

/**
 * Where what Liaison shows differs from what the platform itself has, in words; nothing when the two are equal. A space's
 * creator is no member to us: nobody ever told of a join.
 */
export function differences(original: SimulatedSpace, shown: SpaceReading | undefined): readonly string[] {
  if (shown === undefined) return [`the space "${original.title}" is missing`];
  const present = shown.members.filter(({ leftAt }) => leftAt === null).map(({ externalId }) => externalId);
  const joined = original.members.filter(({ id }) => id !== original.createdBy.id).map(({ id }) => id);
  return [
    ...(shown.space.title === original.title ? [] : ['the title differs']),
    ...(sameTexts(present, joined) ? [] : ['the members differ']),
    ...(shown.messages.length === original.messages.length ? [] : ['the number of messages differs']),
    ...original.messages.flatMap((message) => messageDifferences(message, shown)),
  ];
}

function messageDifferences(original: SimulatedMessage, reading: SpaceReading): readonly string[] {
  const shown = reading.messages.find(({ externalId }) => externalId === original.id);
  if (shown === undefined) return [`message ${original.id} is missing`];
  const reactions = reading.reactions
    .filter(({ messageId }) => messageId === shown.id)
    .map(({ reaction, author }) => `${reaction} ${author.externalId}`);
  const reacted = [...original.reactions].flatMap(([sign, list]) => list.map(({ by }) => `${sign} ${by.id}`));
  const differing = [
    ...(shown.author?.externalId === original.author.id || shown.deletedAt !== null ? [] : ['author']),
    ...((shown.deletedAt !== null) === original.softDeleted ? [] : ['deletion']),
    ...(textOf(shown) === expectedText(original) ? [] : ['text']),
    ...(sameTexts(
      shown.annotations.map(({ externalId, rawPayload }) => `${externalId} ${rawPayload ?? ''}`),
      original.annotations.map(({ id, payload }) => `${id} ${payload}`),
    )
      ? []
      : ['annotations']),
    ...(sameTexts(reactions, reacted) ? [] : ['reactions']),
  ];
  return differing.map((what) => `${what} of message ${original.id}`);
}

function textOf({ content }: MessageDto): string {
  return content ?? '';
}

/** Apps' messages have no text of their own but that of their card. */
function expectedText({ content, annotations }: SimulatedMessage): string {
  if (content !== null) return content;
  const text = annotations.find(({ type }) => type === 'generic')?.parsed?.['text'];
  return typeof text === 'string' ? text : '';
}

function sameTexts(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify(a.toSorted()) === JSON.stringify(b.toSorted());
}
