/** What a person sees in a note that a connector wrote: a title, a text, and whose it is. */
export interface NoteText {
  readonly title: string;
  readonly text: string;
  readonly key: string;
}

/** Title, text, an empty line, `liaison:` and the key; a backslash stands before lines that look like the last one. */
export function entryIn(message: string): NoteText {
  const [, content = message, key = ''] = /^(.*)\n\nliaison:([a-z0-9-]+)$/s.exec(message) ?? [];
  const [title = '', ...lines] = content.split('\n').map((line) => line.replace(/^\\(?=\\*liaison:)/, ''));
  return { title, text: lines.join('\n'), key };
}

export function messageOf({ title, text, key }: NoteText): string {
  const lines = [title, ...text.split('\n')].map((line) => line.replace(/^(?=\\*liaison:)/, '\\'));
  return [...lines, '', `liaison:${key}`].join('\n');
}
