import { storableText } from '../../common/json/storable.js';
import { fingerprint } from '../../common/security/fingerprint.js';

const head = '--- Conversation, kept by Liaison. Write above or below it. ---';
const footPattern = /^--- End of the conversation(?: \(([0-9a-f]{8})\))? ---$/;

/**
 * The last line of the frame names what stands in it, so that our own text is known as ours even where the answer to its
 * writing was lost and nobody remembers it.
 */
function footOf(own: string): string {
  return `--- End of the conversation (${nameOf(own)}) ---`;
}

/** How many code units the lines around our own text take. */
export const frameLength = head.length + footOf('').length + 2;

/** Our own text between two lines, by which it is found again; none of its own lines may be one of them. */
export function framed(own: string): string {
  return `${head}\n${own}\n${footOf(own)}`;
}

function isHead(line: string): boolean {
  return line.trimEnd() === head;
}

function isFoot(line: string): boolean {
  return footPattern.test(line.trimEnd());
}

/** The text with none of its lines being one of the frame, whoever wrote it. */
export function unframed(text: string): string {
  const lines = text.split(/\r\n|[\n\r\u2028\u2029\v\f\u0085]/);
  return lines.map((line) => (isHead(line) || isFoot(line) ? `  ${line}` : line)).join('\n');
}

/**
 * The text that an entry shall have: ours, and all that people wrote beside or into what we wrote last. Nothing that a person
 * wrote is lost: where they changed our own part, their version stays above the new one, without the lines around it.
 *
 * `current` is what the CRM has, `last` our own part as we wrote it last; both undefined where there is none.
 */
export function mergedText(own: string, current: string | undefined, last: string | undefined): string {
  const { above, below } = peoplesText(current, [last, own]);
  return [above, framed(own), below].filter((part) => part !== '').join('\n');
}

/** What people wrote beside what we wrote, and into it where it is none of `ours`. */
export function peoplesText(
  current: string | undefined,
  ours: readonly (string | undefined)[],
): { readonly above: string; readonly below: string } {
  if (current === undefined) return { above: '', below: '' };
  const lines = current.split(/\r\n|\r|\n/);
  const start = lines.findIndex(isHead);
  const end = lines.findLastIndex(isFoot);
  const isWhole = start !== -1 && end > start;
  const before = isWhole ? lines.slice(0, start) : lines;
  const inside = isWhole ? lines.slice(start + 1, end) : [];
  const after = isWhole ? lines.slice(end + 1) : [];
  const between = nameOf(inside.join('\n'));
  const named = footPattern.exec(lines[end]?.trimEnd() ?? '')?.[1];
  const isTheirs = between !== named && !ours.some((text) => text !== undefined && nameOf(text) === between);
  const above = [withoutFrame(before), isTheirs ? withoutFrame(inside) : ''].filter((part) => part !== '');
  return { above: above.join('\n'), below: withoutFrame(after) };
}

/** Half a frame that stands alone would be taken for a beginning or an end of ours the next time. */
function withoutFrame(lines: readonly string[]): string {
  const theirs = lines.filter((line) => !isHead(line) && !isFoot(line));
  return theirs.join('\n').replaceAll(/^\n+|\s+$/g, '');
}

/** The same for texts that differ in nothing but what CRMs do not keep faithfully: the ends of lines, and what a database cannot hold. */
function nameOf(text: string): string {
  const kept = storableText(text)
    .replaceAll(/[^\S\n]+$/gm, '')
    .trimEnd();
  return fingerprint(Buffer.from(kept.normalize('NFC'))).slice(0, 8);
}
