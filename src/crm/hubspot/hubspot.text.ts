/** The form of an entry's body: HTML, as HubSpot's own editor writes and reads it. */
export interface HtmlParts {
  /** The first line where it is bold; empty where there is none. */
  readonly title: string;
  readonly text: string;
}

/** Keeps runs of spaces where they are seen; the lines are there without it. */
const paragraph = '<p style="white-space: pre-wrap;">';

/**
 * Title and plain text as HTML: the title is a bold first paragraph, lines end by `<br>`. `partsOf` gives both back exactly. An
 * empty title makes none; then the first line of the text is told from a title by not being bold.
 */
export function htmlOf({ title, text }: HtmlParts): string {
  const heading = title === '' ? '' : `<p><strong>${escaped(title)}</strong></p>`;
  const lines = text.split('\n').map(escaped);
  // Browsers and editors do not show a line break at the end of a paragraph: the last line is empty only if one more follows.
  return `${heading}${paragraph}${lines.join('<br>')}${lines.at(-1) === '' ? '<br>' : ''}</p>`;
}

/** UTF-16 code units of HTML that one of text becomes at most: `&amp;`. */
export const longestEscape = 5;

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

const token = /<!--[^<]*-->|<(\/?)([a-z][a-z0-9]*)(?:[^<>"']|"[^"<]*"|'[^'<]*')*>|[^<]+|</gi;
const blocks = new Set('p div h1 h2 h3 h4 h5 h6 ul ol li table tr blockquote pre hr section article'.split(' '));
const bold = new Set(['strong', 'b']);

/** The lines that a reader of the HTML sees, with whether the whole line is bold. */
class Lines {
  readonly #done: { readonly text: string; readonly isBold: boolean }[] = [];
  #text = '';
  #isBold: boolean | undefined;
  /** Whether the current line is there: a block with nothing in it is not. */
  #isOpen = false;
  #breaks = false;

  add(text: string, isBold: boolean): void {
    this.#take();
    this.#text += text;
    this.#isBold = (this.#isBold ?? true) && isBold;
    this.#isOpen = true;
  }

  lineBreak(): void {
    this.#take();
    this.#isOpen = true;
    this.#breaks = true;
  }

  /** Begin or end of a block: a line break right before it is not seen. */
  block(): void {
    this.#breaks = false;
    if (this.#isOpen) this.#end();
  }

  all(): readonly { readonly text: string; readonly isBold: boolean }[] {
    this.block();
    return this.#done;
  }

  #take(): void {
    if (this.#breaks) this.#end();
    this.#breaks = false;
  }

  #end(): void {
    this.#done.push({ text: this.#text, isBold: this.#isBold ?? false });
    this.#text = '';
    this.#isBold = undefined;
    this.#isOpen = false;
  }
}

/** Title and text of a body, whether we wrote it or somebody in HubSpot's editor. Linear in the length of `html`. */
export function partsOf(html: string): HtmlParts {
  const lines = new Lines();
  let depth = 0;
  for (const [part, slash, tag] of html.matchAll(token)) {
    const name = tag?.toLowerCase();
    if (name === undefined) {
      if (!part.startsWith('<!--') && !isIndentation(part)) lines.add(plain(part), depth > 0);
    } else if (name === 'br') lines.lineBreak();
    else if (bold.has(name)) depth = Math.max(0, depth + (slash === '/' ? -1 : 1));
    else if (blocks.has(name)) lines.block();
  }
  const [first, ...rest] = lines.all();
  const isTitled = first?.isBold === true;
  const title = isTitled ? first.text : '';
  const text = (isTitled || first === undefined ? rest : [first, ...rest]).map((line) => line.text).join('\n');
  return { title, text };
}

/** White space between tags, of which browsers show nothing. */
function isIndentation(part: string): boolean {
  return part.includes('\n') && part.trim() === '';
}

const entities: ReadonlyMap<string, string> = new Map([
  ['amp', '&'],
  ['lt', '<'],
  ['gt', '>'],
  ['quot', '"'],
  ['apos', "'"],
  ['nbsp', '\u00a0'],
]);

function plain(part: string): string {
  return part
    .replace(/\s*\n\s*/g, ' ')
    .replace(
      /&(?:#(\d{1,7})|#x([0-9a-f]{1,6})|([a-z]{2,4}));/gi,
      (whole, decimal?: string, hex?: string, name?: string) => {
        if (name !== undefined) return entities.get(name) ?? whole;
        const code = decimal === undefined ? parseInt(hex ?? '', 16) : Number(decimal);
        return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : whole;
      },
    );
}
