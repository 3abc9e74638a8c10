/** What an entry is in a note: Tryton's notes have one text and nothing else that we may write. */
export interface NoteContent {
  readonly title: string;
  readonly text: string;
}

/** Lines of people that look like ours get a backslash more, so that none of them is ever taken for it. */
const likeOurs = /^\\*liaison:/;
const ourLine = /^liaison:[a-z0-9-]{1,64}$/;

/** The line that says whose entry a note is. */
function lineOf(key: string): string {
  return `liaison:${key}`;
}

/** A pattern for `like`; keys have neither of its wildcards. */
export function patternOf(key: string): string {
  return `%\n${lineOf(key)}%`;
}

/** The title as the first line, the text below it, and at the end, after an empty line, whose entry it is. */
export function messageOf({ title, text }: NoteContent, key: string): string {
  const lines = `${title}\n${text}`.split('\n').map((line) => (likeOurs.test(line) ? `\\${line}` : line));
  return [...lines, '', lineOf(key)].join('\n');
}

/** Whether the note is the entry of that key; `patternOf` also finds keys that begin with it. */
export function isEntryOf(message: string, key: string): boolean {
  return message.split('\n').includes(lineOf(key));
}

/** Title and text as `messageOf` was given them, with what people wrote since, below our line too. */
export function contentOf(message: string): NoteContent {
  const lines = message.split('\n');
  const ours = lines.findLastIndex((line) => ourLine.test(line));
  // The empty line above belongs to ours, unless people took it away.
  const from = lines[ours - 1] === '' ? ours - 1 : ours;
  const kept = ours < 1 ? lines : [...lines.slice(0, from), ...lines.slice(ours + 1)];
  const [title = '', ...text] = kept.map((line) =>
    line.startsWith('\\') && likeOurs.test(line) ? line.slice(1) : line,
  );
  return { title, text: text.join('\n') };
}
