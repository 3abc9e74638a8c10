import { compile } from 'html-to-text';

/** More than any message of people has; what goes beyond is left out, so that none takes long. */
const longest = 50_000;
const limits = { maxInputLength: longest, maxDepth: 100, maxChildNodes: 10_000, ellipsis: '…' };

const oneLineApart = { leadingLineBreaks: 1, trailingLineBreaks: 1 };
const headings = ['h1', 'h2', 'h3', 'h4', 'h5', 'h6'];
const blocks = ['p', 'pre', 'ul', 'ol', 'blockquote', 'table', 'tr'];

const withoutMarkup = compile({
  wordwrap: false,
  limits,
  formatters: {
    alternative: (image, _walk, builder) => {
      // Its types say nothing of attributes.
      const { alt } = image.attribs as Readonly<Record<string, string>>;
      builder.addInline(alt ?? '');
    },
    cell: ({ children }, walk, builder) => {
      walk(children, builder);
      builder.addInline(' ');
    },
  },
  selectors: [
    // A heading is said, not shouted.
    ...headings.map((selector) => ({ selector, options: { ...oneLineApart, uppercase: false } })),
    ...blocks.map((selector) => ({ selector, options: oneLineApart })),
    ...['table', 'tr'].map((selector) => ({ selector, format: 'block' })),
    ...['td', 'th'].map((selector) => ({ selector, format: 'cell' })),
    { selector: 'a', options: { hideLinkHrefIfSameAsText: true } },
    { selector: 'img', format: 'alternative' },
  ],
});

/** A text of that content type as people read it: HTML without its markup, every other text as it is. */
export function readableText(text: string, contentType: string | null): string {
  return /^\s*text\/html\b/i.test(contentType ?? '') ? withoutMarkup(text.slice(0, longest)) : text;
}
