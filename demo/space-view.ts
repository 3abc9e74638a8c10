import { type MessageDto } from '../src/messages/message.dto.js';
import { type ReactionDto } from '../src/messages/reaction.dto.js';
import { type MemberDto } from '../src/spaces/space.dto.js';
import { annotationInWords, readable } from './annotation-view.js';
import { type Names } from './names.js';
import { type SpaceReading } from './space-reading.js';
import { clockTime, type Terminal } from './terminal.js';

/** Prints the messages of a space as they are now: author, text, annotations, reactions. */
export function printMessages(reading: SpaceReading, names: Names, terminal: Terminal): void {
  for (const message of reading.messages) {
    terminal.moment(new Date(message.createdAt ?? 0), names.ofAuthor(message.author), textOf(message));
    for (const { type, payload } of message.annotations) terminal.detail(annotationInWords(type, payload, names));
    const reactions = reactionsTo(message, reading.reactions, names);
    if (reactions !== '') terminal.detail(reactions);
  }
}

function textOf({ content, editedAt, deletedAt }: MessageDto): string {
  if (deletedAt !== null) return `(deleted at ${clockTime(new Date(deletedAt))})`;
  const edited = editedAt === null ? '' : `  (edited at ${clockTime(new Date(editedAt))})`;
  return readable(content ?? '') + edited;
}

function reactionsTo(message: MessageDto, reactions: readonly ReactionDto[], names: Names): string {
  const bySign = new Map<string, string[]>();
  for (const { messageId, reaction, author } of reactions) {
    if (messageId === message.id) bySign.set(reaction, [...(bySign.get(reaction) ?? []), names.ofAuthor(author)]);
  }
  return [...bySign].map(([sign, people]) => `${sign} ${people.join(', ')}`).join('   ');
}

/** Prints who is in a space, who has left, and who acted there without a join that was ever reported. */
export function printPeople({ members, messages }: SpaceReading, names: Names, terminal: Terminal): void {
  const listed = (list: readonly MemberDto[]): string => list.map(({ externalId }) => names.of(externalId)).join(', ');
  terminal.pair('in it', listed(members.filter(({ leftAt }) => leftAt === null)) || 'nobody');
  const gone = members.filter(({ leftAt }) => leftAt !== null);
  if (gone.length > 0) terminal.pair('left', listed(gone));
  const known = new Set(members.map(({ externalId }) => externalId));
  const earlier = new Set(
    messages.flatMap(({ author }) => (author === null || known.has(author.externalId) ? [] : [names.ofAuthor(author)])),
  );
  if (earlier.size > 0) terminal.pair('there before us', `${[...earlier].join(', ')} (speaks here; no join was told)`);
}
