import { describe, expect, it } from 'vitest';
import { readableText } from './readable-text.js';

describe('readableText', () => {
  it.each([
    ['<p>Hi <b>Bob</b> &amp; <i>all</i></p><p>second<br>line</p>', 'Hi Bob & all\nsecond\nline'],
    ['<h1>Offer</h1>as agreed', 'Offer\nas agreed'],
    ['<ul><li>one</li><li>two</li></ul>', ' * one\n * two'],
    ['See <a href="https://crm.example/q/118">the quote</a>.', 'See the quote [https://crm.example/q/118].'],
    ['<a href="https://crm.example">https://crm.example</a>', 'https://crm.example'],
    ['<spark-mention data-object-type="person">Ann</spark-mention>, look', 'Ann, look'],
    ['<table><tr><td>12</td><td>seats</td></tr><tr><td>3</td><td>years</td></tr></table>', '12 seats\n3 years'],
    ['Thanks <img src="smile.png" alt="(smile)">', 'Thanks (smile)'],
    ['<script>alert(1)</script><style>p{}</style><!-- hidden -->shown', 'shown'],
    ['1 &lt; 2 &#128512; &eacute;', '1 < 2 😀 é'],
    ['&lt;b&gt;not bold&lt;/b&gt;', '<b>not bold</b>'],
    ['<pre>a\n  b</pre>', 'a\n  b'],
    ['no markup, 1 < 2', 'no markup, 1 < 2'],
    ['<p></p>', ''],
  ])('shows %j without its markup', (html, text) => {
    expect(readableText(html, 'text/html')).toBe(text);
    expect(readableText(html, 'Text/HTML; charset=utf-8')).toBe(text);
  });

  it.each(['text/plain', 'text/markdown', null])('leaves a text of the type %j as it is', (contentType) => {
    const text = ' <b>1 < 2</b> &amp; **so**\r\n\n';
    expect(readableText(text, contentType)).toBe(text);
  });

  it('comes to an end with what is no message, and shows its beginning', () => {
    const deep = `begin ${'<div>'.repeat(20_000)}deep`;
    const wide = `begin ${'<p>a</p>'.repeat(20_000)}`;
    const long = `begin ${'a'.repeat(1_000_000)}`;
    for (const html of [deep, wide, long]) {
      const text = readableText(html, 'text/html');
      expect(text.startsWith('begin')).toBe(true);
      expect(text.length).toBeLessThan(60_000);
    }
  });
});
