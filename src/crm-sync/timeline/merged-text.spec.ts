import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { framed, mergedText } from './merged-text.js';

const lines = (...list: string[]): string => list.join('\n');

describe('the text of an entry that people may write in', () => {
  it('is our own part in its frame where there is nothing else', () => {
    expect(mergedText('a', undefined, undefined)).toBe(framed('a'));
    expect(mergedText('b', framed('a'), 'a')).toBe(framed('b'));
  });

  it('keeps what people wrote above and below', () => {
    const current = lines('To do: call', framed('a'), 'Done on Monday');
    expect(mergedText('b', current, 'a')).toBe(lines('To do: call', framed('b'), 'Done on Monday'));
  });

  it('keeps what people wrote into our part, above the new one', () => {
    const current = framed('09:00 Ann: hello').replace('hello', 'hello\n      not true!');
    expect(mergedText('b', current, '09:00 Ann: hello')).toBe(
      lines('09:00 Ann: hello', '      not true!', framed('b')),
    );
  });

  it('keeps everything where people took a line of our frame away', () => {
    const current = framed('a').split('\n').slice(1).join('\n');
    expect(mergedText('b', current, 'a')).toBe(lines('a', framed('b')));
  });

  it('takes our part for ours although the CRM changed the ends of its lines', () => {
    expect(mergedText('c', framed('a \nb').replaceAll('\n', '\r\n'), 'a\nb')).toBe(framed('c'));
  });

  it('takes our part for ours although nobody remembers that it was written', () => {
    expect(mergedText('b', lines('theirs', framed('a')), undefined)).toBe(lines('theirs', framed('b')));
    expect(mergedText('c', lines('theirs', framed('b')), 'a')).toBe(lines('theirs', framed('c')));
  });

  it('takes our part for ours although the CRM keeps no half characters', () => {
    expect(mergedText('b', framed('a\ud800').replace('\ud800', '\ufffd'), undefined)).toBe(framed('b'));
  });

  it('keeps what people wrote into a part of ours that nobody remembers', () => {
    const current = framed('a').replace('\na\n', '\na\nmine\n');
    expect(mergedText('b', current, undefined)).toBe(lines('a', 'mine', framed('b')));
  });

  it('is the same when it is made again, whatever people wrote', () => {
    const word = fc.stringMatching(/^[a-z0-9 ]{0,10}$/);
    const text = fc.array(word, { maxLength: 4 }).map((all) => all.join('\n'));
    fc.assert(
      fc.property(text, text, text, text, (before, after, last, own) => {
        const once = mergedText(own, lines(before, framed(last), after), last);
        expect(mergedText(own, once, own)).toBe(once);
        for (const theirs of [before, after]) expect(once).toContain(theirs.replaceAll(/^\n+|\s+$/g, ''));
      }),
    );
  });
});
