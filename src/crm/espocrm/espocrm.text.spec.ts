import fc from 'fast-check';
import { describe as suite, expect, it } from 'vitest';
import { describe, describedText, keyIn, nameOf, postOf, readPost, titleOf } from './espocrm.text.js';

const line = fc.string({ unit: 'binary' }).map((text) => text.replace(/\n/g, ' '));
const signs = fc.string({ unit: fc.constantFrom('<', '>', '=', '＜', '＞', '＝', '\u2060', 'a') });
const key = fc.stringMatching(/^[a-z0-9-]{1,64}$/);

suite('the text of an entry', () => {
  it('is read from a description as it was written, with its key', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), key, (text, ours) => {
        expect(describedText(describe(text, ours))).toBe(text);
        expect(keyIn(describe(text, ours))).toBe(ours);
      }),
    );
  });

  it('is read from a post as it was written, with its title and its key', () => {
    fc.assert(
      fc.property(line, fc.string({ unit: 'binary' }), key, (title, text, ours) => {
        expect(readPost(postOf({ title, text }, ours))).toEqual({ title, text });
        expect(keyIn(postOf({ title, text }, ours))).toBe(ours);
      }),
    );
  });

  it('may quote the line of another key', () => {
    const quoted = describe('see\n\n[liaison:other]', 'ours');
    expect([keyIn(quoted), describedText(quoted)]).toEqual(['ours', 'see\n\n[liaison:other]']);
  });

  it('has no key once people took the line away', () => {
    expect(keyIn('a text')).toBeUndefined();
    expect(keyIn('a [liaison:x] in the middle')).toBeUndefined();
  });

  it('goes on with what people wrote below the line of the key', () => {
    const text = 'a text\n\n[liaison:x] \n\nMine';
    expect([keyIn(text), describedText(text)]).toEqual(['x', 'a text\n\nMine']);
    expect(keyIn('a text\n\n[liaison:x]\n ')).toBe('x');
  });

  it('is whatever people made of a post', () => {
    expect(readPost('only a title')).toEqual({ title: 'only a title', text: '' });
    expect(readPost('a title\nno blank line')).toEqual({ title: 'a title', text: 'no blank line' });
    expect(readPost('')).toEqual({ title: '', text: '' });
  });
});

suite('a title as a name', () => {
  it('has none of the signs that EspoCRM refuses, and is at most twice as long', () => {
    fc.assert(
      fc.property(fc.oneof(line, signs), (title) => {
        expect(nameOf(title)).not.toMatch(/[<>=]/);
        expect(nameOf(title).length).toBeLessThanOrEqual(2 * title.length);
      }),
    );
  });

  it('is read as it was written', () => {
    fc.assert(
      fc.property(fc.oneof(line, signs), (title) => {
        expect(titleOf(nameOf(title))).toBe(title);
      }),
      { numRuns: 1_000 },
    );
  });
});
