/** What people read in a note or a task, and what HubSpot's editor makes of what they write. */
export interface ReadEntry {
  readonly title: string;
  readonly text: string;
}

/** A bold first paragraph is the title. Reads paragraphs with line breaks, which is all that comes here. */
export function readEntry(html: string): ReadEntry {
  const paragraphs = [...html.matchAll(/<p[^>]*>([\s\S]*?)<\/p>/g)].map(([, inner = '']) => inner);
  const [first, ...rest] = paragraphs;
  const bold = /^<strong>([\s\S]*)<\/strong>$/.exec(first ?? '')?.[1];
  const body = bold === undefined ? paragraphs : rest;
  return {
    title: bold === undefined ? '' : unescaped(bold),
    text: body.map((inner) => unescaped(inner.replace(/<br>$/, '').replaceAll('<br>', '\n'))).join('\n'),
  };
}

/** As HubSpot's editor writes it: a paragraph for each line, an empty one with a line break in it. */
export function editedHtml({ title, text }: ReadEntry): string {
  const lines = text.split('\n').map((line) => `<p style="margin:0;">${line === '' ? '<br>' : escaped(line)}</p>`);
  const heading = title === '' ? '' : `<p style="margin:0;"><strong>${escaped(title)}</strong></p>`;
  return `<div style="" dir="auto" data-top-level="true">${heading}${lines.join('')}</div>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>]/g, (character) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;' })[character] ?? character);
}

function unescaped(html: string): string {
  return html.replace(/&(amp|lt|gt|quot|#39);/g, (whole, name: string) => {
    return (
      new Map([
        ['amp', '&'],
        ['lt', '<'],
        ['gt', '>'],
        ['quot', '"'],
        ['#39', "'"],
      ]).get(name) ?? whole
    );
  });
}
