import { type ConversationDay, type TimelineAnnotation, type TimelineMessage } from './timeline.js';

/** What one day of a space's conversation reads like in the CRM. */
export interface DayText {
  readonly title: string;
  readonly text: string;
}

/** How long they may be, in UTF-16 code units. */
export interface TextLimits {
  readonly title: number;
  readonly text: number;
}

/** What a day reads like where somebody has chosen that. */
export interface DayStyle {
  readonly title?: string | undefined;
  /** What stands for a message; nothing where it is empty. */
  readonly line?: ((message: TimelineMessage) => string) | undefined;
}

/** Says that something stands before the first line that is shown. */
const left = (count: number): string => `(${count} earlier message${count === 1 ? '' : 's'} of this day left out)`;

/**
 * One day of a conversation as plain text, a line for each message and each thing that hangs on it; further lines of a message
 * are indented, so that no text of a message can look like a line of ours. Where all do not fit into `limits` (UTF-16 code
 * units), the earliest are left out and counted. Pure: the same messages give the same text.
 */
export function dayText(day: ConversationDay, limits: TextLimits, { title, line }: DayStyle = {}): DayText {
  const chosen = line === undefined ? undefined : day.messages.map(line).filter((text) => text.trim() !== '');
  const entries = chosen?.map(indented) ?? day.messages.map(linesOf);
  let size = entries.reduce((sum, entry) => sum + entry.length + 1, 0);
  let first = 0;
  const room = (): number => limits.text - (first === 0 ? 0 : left(first).length + 1);
  while (size > room() && first < entries.length - 1) size -= (entries[first++]?.length ?? 0) + 1;
  const shown = entries.slice(first);
  const text = [...(first === 0 ? [] : [left(first)]), ...shown].join('\n');
  return {
    title: cut(title ?? `${day.space || 'Conversation'}, ${day.day}`, limits.title),
    text: cut(text, limits.text),
  };
}

function linesOf(message: TimelineMessage): string {
  const { author, at, content, isEdited, isDeleted, hasFailed } = message;
  const said = isDeleted ? '(deleted)' : (content ?? '(text not available)');
  const marks = [...(isEdited && !isDeleted ? ['edited'] : []), ...(hasFailed ? ['not delivered'] : [])];
  const mark = marks.length === 0 ? '' : ` (${marks.join(', ')})`;
  const head = `${timeOf(at)} ${oneLine(author) || 'Somebody'}: ${indented(said)}${mark}`;
  return [head, ...message.annotations.map(annotationLine)].join('\n');
}

function annotationLine({ type, author, text }: TimelineAnnotation): string {
  const who = author === '' ? '' : ` by ${oneLine(author)}`;
  return `      [${oneLine(type)}${who}]${text === '' ? '' : ` ${indented(text)}`}`;
}

function timeOf(at: Date): string {
  return at.toISOString().slice(11, 16);
}

function indented(text: string): string {
  return text.replaceAll(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/g, '\n      ');
}

/** The text without breaks, and with single spaces. */
export function oneLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim();
}

/** The beginning of a text, without half a character at its end. */
export function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  const end = Math.max(0, length - 1);
  const last = text.charCodeAt(end - 1);
  return `${text.slice(0, last >= 0xd800 && last <= 0xdbff ? end - 1 : end)}…`;
}
