import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf, isEntryOf, messageOf } from './tryton.text.js';

// The file is a list of strings, as test/fixtures/SOURCES.md says.
const naughty = JSON.parse(readFileSync('test/fixtures/naughty/blns.json', 'utf8')) as readonly string[];
const key = 'decision-1';
/** Text made of what could be taken for ours. */
const treacherous = fc.array(
  fc.constantFrom('\n', '\\', 'liaison:', 'liaison:decision-1', 'liaison:other-2', ' ', '\r', '\u2028', 'x'),
);

describe('the message of a note', () => {
  it('gives every title and text back as they were', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (line, text) => {
        const title = line.replaceAll('\n', ' ');
        expect(contentOf(messageOf({ title, text }, key))).toEqual({ title, text });
      }),
    );
  });

  it('gives back what looks like our own line, and is the entry of its own key alone', () => {
    fc.assert(
      fc.property(treacherous, treacherous, (line, parts) => {
        const title = line.filter((part) => part !== '\n').join('');
        const text = parts.join('');
        const message = messageOf({ title, text }, 'key-of-ours');
        expect(contentOf(message)).toEqual({ title, text });
        expect([isEntryOf(message, 'key-of-ours'), isEntryOf(message, key), isEntryOf(message, 'other-2')]).toEqual([
          true,
          false,
          false,
        ]);
      }),
    );
  });

  it.each(naughty)('gives %j back', (text) => {
    expect(contentOf(messageOf({ title: 'Title', text }, key))).toEqual({ title: 'Title', text });
  });

  it('reads as title, text and our line', () => {
    expect(messageOf({ title: 'Title', text: 'One\nTwo' }, key)).toBe('Title\nOne\nTwo\n\nliaison:decision-1');
  });

  it.each([
    ['wrote below our line', 'Title\nOne\n\nliaison:decision-1\nTwo', { title: 'Title', text: 'One\nTwo' }],
    ['took the empty line away', 'Title\nOne\nliaison:decision-1', { title: 'Title', text: 'One' }],
    ['took our line away', 'Title\nOne', { title: 'Title', text: 'One' }],
    ['wrote one line', 'Title', { title: 'Title', text: '' }],
    ['left nothing', '', { title: '', text: '' }],
    ['left nothing but our line', 'liaison:decision-1', { title: 'liaison:decision-1', text: '' }],
  ])('gives what is there where somebody %s', (_, message, content) => {
    expect(contentOf(message)).toEqual(content);
  });

  it.each(['decision-11', 'decision-', 'decision'])('is not the entry of %s', (other) => {
    expect(isEntryOf(messageOf({ title: '', text: '' }, key), other)).toBe(false);
  });
});
