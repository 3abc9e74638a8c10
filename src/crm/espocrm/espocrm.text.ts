/** What EspoCRM keeps of an entry: its name, where its form has one, and its text. */
export interface WrittenText {
  readonly title: string;
  readonly text: string;
}

const keyLine = /(?:^|\n\n?)\[liaison:([a-z0-9-]{1,64})\][ \t]*(?=\n|$)/g;

/** The line by which an entry is found again: EspoCRM has no field of its own that a user may fill and search. */
export function markerOf(key: string): string {
  return `[liaison:${key}]`;
}

/** The key in a text; undefined where people took its line away. */
export function keyIn(text: string): string | undefined {
  return keyLineIn(text)?.[1];
}

/** The last one: those before it are quoted. People may have written below it. */
function keyLineIn(text: string): RegExpExecArray | undefined {
  return [...text.matchAll(keyLine)].at(-1);
}

/** The description of a task or a meeting: the text, and its key in a line of its own. */
export function describe(text: string, key: string): string {
  return `${text}\n\n${markerOf(key)}`;
}

/** The text of a description, without the line of the key. */
export function describedText(description: string): string {
  const line = keyLineIn(description);
  if (line === undefined) return description;
  return description.slice(0, line.index) + description.slice(line.index + line[0].length);
}

/** A post has no name: its first line is the title. */
export function postOf({ title, text }: WrittenText, key: string): string {
  return describe(`${title}\n\n${text}`, key);
}

export function readPost(post: string): WrittenText {
  const whole = describedText(post);
  const end = whole.indexOf('\n');
  if (end === -1) return { title: whole, text: '' };
  return { title: whole.slice(0, end), text: whole.slice(end + 1).replace(/^\n/, '') };
}

/** EspoCRM takes none of these in names (its pattern `noBadCharacters`), so they are written in full width. */
const fullWidth: Readonly<Record<string, string>> = { '<': '＜', '>': '＞', '=': '＝' };
const half: Readonly<Record<string, string>> = { '＜': '<', '＞': '>', '＝': '=' };
/** A word joiner, which nobody sees: an odd number of them says that the sign before was in full width already. */
const joiner = '\u2060';

/** A title as a name; at most twice as long. */
export function nameOf(title: string): string {
  return title
    .replaceAll(joiner, joiner + joiner)
    .replace(/[＜＞＝]/g, (sign) => sign + joiner)
    .replace(/[<>=]/g, (sign) => fullWidth[sign] ?? sign);
}

/** The title of which `nameOf` makes that name; for a name that people wrote, what it says. */
export function titleOf(name: string): string {
  return name.replace(/([＜＞＝]?)(\u2060*)/g, (_, sign: string, joiners: string) => {
    const wasWide = sign !== '' && joiners.length % 2 === 1;
    return (wasWide ? sign : (half[sign] ?? sign)) + joiner.repeat(Math.floor(joiners.length / 2));
  });
}
