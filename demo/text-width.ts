const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** How wide a terminal shows a text; pictures take two columns. */
export function columns(text: string): number {
  let width = 0;
  for (const { segment } of graphemes.segment(text)) width += widthOf(segment);
  return width;
}

/** The text, or as much of it as fits with an ellipsis. */
export function cut(text: string, width: number): string {
  if (columns(text) <= width) return text;
  let shown = '';
  let used = 1;
  for (const { segment } of graphemes.segment(text)) {
    used += widthOf(segment);
    if (used > width) break;
    shown += segment;
  }
  return `${shown}…`;
}

/** The text in lines of at most that width, broken at spaces but no-break ones; at least one line. */
export function wrapped(text: string, width: number): readonly string[] {
  return text.split('\n').flatMap((paragraph) => {
    const lines: string[] = [];
    let line: string | undefined;
    for (const word of paragraph.split(' ')) {
      const longer: string = line === undefined ? word : `${line} ${word}`;
      if (line !== undefined && columns(longer) > width) {
        lines.push(line);
        line = word;
      } else line = longer;
    }
    return [...lines, line ?? ''].map((one) => cut(one, width).replaceAll('\u00a0', ' '));
  });
}

function widthOf(segment: string): number {
  return /\p{Emoji_Presentation}|\uFE0F/u.test(segment) ? 2 : 1;
}
