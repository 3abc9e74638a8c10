import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { htmlOf, longestEscape, partsOf } from './hubspot.text.js';

/** Every text with the line ends that the port has. */
const plainText = fc
  .string({
    unit: fc.constantFrom(
      'a',
      ' ',
      '\n',
      '\t',
      '&',
      '<',
      '>',
      '"',
      "'",
      ';',
      'é',
      '\u00a0',
      '\u{1f600}',
      '&amp;',
      '<br>',
      '<b>',
      '</p>',
      '\ud800',
    ),
  })
  .map((text) => text.replaceAll('\r', ''));
const oneLine = plainText.map((text) => text.replaceAll('\n', ' '));

describe('the HTML of an entry', () => {
  it('gives back exactly the title and text that it was made of', () => {
    fc.assert(
      fc.property(oneLine, plainText, (title, text) => {
        expect(partsOf(htmlOf({ title, text }))).toEqual({ title, text });
      }),
      { numRuns: 2_000 },
    );
  });

  it('is never longer than so many times the text, and its frame', () => {
    fc.assert(
      fc.property(oneLine, plainText, (title, text) => {
        expect(htmlOf({ title, text }).length).toBeLessThanOrEqual((title.length + text.length) * longestEscape + 100);
      }),
    );
  });

  it.each([
    [
      '<div dir="auto" data-top-level="true"><p style="margin:0;"><strong>T</strong></p><p style="margin:0;">a</p><p style="margin:0;"><br></p><p style="margin:0;">b</p></div>',
      'T',
      'a\n\nb',
    ],
    ['<p>a</p>\n  <p>b</p>', '', 'a\nb'],
    ['<p>a<br/>b</p>', '', 'a\nb'],
    ['plain words', '', 'plain words'],
    ['<ul><li>one</li><li>two</li></ul>', '', 'one\ntwo'],
    ['<p><strong>Bold</strong> and not</p>', '', 'Bold and not'],
    ['<p><b>T</b></p>', 'T', ''],
    ['<P><STRONG>T</STRONG></P><P>x</P>', 'T', 'x'],
    ['<p></p><p>x</p>', '', 'x'],
    ['<p>caf&eacute; &#233;&#xE9;&nbsp;&quot;&apos;&#39;</p>', '', "caf&eacute; éé\u00a0\"''"],
    ['<p>a &#0; &#x110000; b</p>', '', 'a &#0; &#x110000; b'],
    ['<p title="a>b">x</p>', '', 'x'],
    ['<p>a < b</p>', '', 'a < b'],
    ['<!-- no --><p>x</p>', '', 'x'],
    ['<p>a\n   b</p>', '', 'a b'],
    ['', '', ''],
  ])('reads %j as people see it', (html, title, text) => {
    expect(partsOf(html)).toEqual({ title, text });
  });

  it.each(['<', '<a', '<p"', '<!--', '</', '&', '<a "'])('reads 65,536 characters of %j at once', (unit) => {
    const started = performance.now();
    partsOf(unit.repeat(65_536 / unit.length));
    expect(performance.now() - started).toBeLessThan(1_000);
  });
});
