import { describe, expect, it } from 'vitest';
import { ExpressionRefused } from './expression-cost.js';
import { longest, type ScopeName } from './expression-scope.js';
import { compile, ExpressionFailed, type ResultKind, type Variables } from './expression.js';

const annotation = { type: 'decision', text: 'ship', author: 'Ben', at: new Date('2026-03-02T09:31:00Z') };
const message = {
  ...{ id: 'm', externalId: 'x', text: 'Quote Q-117 is ready\nsee you', author: 'Ann', authorId: 'ann' },
  ...{ at: new Date('2026-03-02T09:30:00Z'), isEdited: false, isDeleted: false, hasFailed: false },
  annotations: [annotation],
};
const told: Variables = {
  message,
  annotation,
  space: { id: 's', externalId: 'r', platform: 'webex', title: 'Acme', description: '' },
  record: { kind: 'opportunity', id: '42' },
};

function made(source: string, kind: ResultKind, variables: Variables = told, scope: ScopeName = 'message'): unknown {
  return compile(source, scope, kind)(variables);
}

function refusalOf(source: string, kind: ResultKind = 'text', scope: ScopeName = 'message'): string {
  try {
    compile(source, scope, kind);
  } catch (error) {
    if (error instanceof ExpressionRefused) return error.message;
    throw error;
  }
  return 'taken';
}

const ten = '[1,2,3,4,5,6,7,8,9,10]';
const bomb = `${ten}.map(a, ${ten}.map(b, ${ten}.map(c, message.text).join()).join()).join()`;

describe('an expression of a mapping', () => {
  it.each<[string, ResultKind, unknown]>([
    ['message.text.contains("Q-117") && !message.isEdited', 'condition', true],
    ['matches(message.text, "(?i)^quote q-\\\\d+")', 'condition', true],
    ['message.annotations.exists(a, a.type == "decision")', 'condition', true],
    ['record.kind in ["account", "case"]', 'condition', false],
    ['extract(message.text, "Q-(\\\\d+)")', 'text', '117'],
    ['extract(message.text, r"nothing like it")', 'text', ''],
    ['space.title + ": " + firstLine(message.text)', 'text', 'Acme: Quote Q-117 is ready'],
    ['message.annotations.map(a, a.text).join(", ") + cut(message.text, 5)', 'text', 'shipQuote'],
    ['date(message.at + duration("72h")) + " " + time(message.at)', 'text', '2026-03-05 09:30'],
    ['message.at + duration("72h")', 'time', new Date('2026-03-05T09:30:00Z')],
    ['int(extract(message.text, "Q-(\\\\d+)"))', 'value', 117],
    ['double(message.text.size()) / 2.0', 'value', 14],
    ['message.isEdited ? dyn(message.text) : dyn(null)', 'value', null],
    ['message.at', 'value', message.at],
  ])('makes of %s, wanted as a %s, %j', (source, kind, expected) => {
    expect(made(source, kind)).toEqual(expected);
  });

  it.each<[string, string]>([
    ['a name that is not there', 'messag.text'],
    ['a member that is not there', 'message.txt'],
    ['a member of an element that is not there', 'message.annotations.map(a, a.txt).join()'],
    ['what another subject has', 'reaction.name'],
    ['types that do not fit', 'message.text + 1'],
    ['a condition that is a text', 'message.isEdited'],
    ['a function that is not there', 'require("fs")'],
    ['a text that is no expression', 'message.text +'],
    ['nothing', ''],
  ])('is refused where it is %s', (_name, source) => {
    expect(refusalOf(source)).not.toBe('taken');
  });

  it('names what is not known, and where', () => {
    expect(refusalOf('"a" + messag.text')).toContain('messag');
    expect(() => compile('"a" + messag.text', 'message', 'text')).toThrow(expect.objectContaining({ at: 6 }));
  });

  it.each<[string, string]>([
    ['the prototype of a message', 'message.__proto__'],
    ['its constructor', 'message.constructor'],
    ['the constructor of a text', 'message.text.constructor'],
    ['a constructor by another way', 'message["constructor"]'],
    ['the constructor of a function', 'message.text.constructor.constructor("return process")()'],
    ['a prototype behind dyn', 'string(dyn(message).__proto__)'],
    ['something inherited behind dyn', 'string(dyn(message).toString)'],
    ['the prototype of a map', '{"a": "b"}.__proto__'],
    ['a prototype in a map', '{"__proto__": "b"}.a'],
    ['the process', 'process.env.HOME'],
    ['what is global', 'globalThis.process'],
    ['the types of the library', 'string(google.protobuf.Timestamp)'],
    ['its namespace', 'cel.bind(a, message.text, a + a)'],
    ['bytes as JSON', 'bytes(message.text).json().text'],
  ])('never gets at %s', (_name, source) => {
    let result: unknown = 'refused';
    try {
      result = made(source, 'text');
    } catch (error) {
      expect([ExpressionRefused, ExpressionFailed].some((Class) => error instanceof Class)).toBe(true);
    }
    expect(result).toBe('refused');
  });

  it.each<[string, string, string]>([
    ['longer than it may be', `"${'x'.repeat(2_000)}"`, 'at most 2000 characters'],
    ['of too many parts', `${'1+'.repeat(400)}1 == 1 ? "a" : "b"`, 'maxAstNodes'],
    ['nested too deep', `${'('.repeat(100)}"a"${')'.repeat(100)}`, 'maxDepth'],
    ['nested too deep in lists', `${'['.repeat(100)}"a"${']'.repeat(100)}`, 'maxDepth'],
    ['of too many elements', `[${'"a",'.repeat(60)}"a"].join()`, 'maxListElements'],
    [
      'lists in lists',
      `${'[1,2,3,4,5,6,7,8,9].map(a, '.repeat(8)}"x"${')'.repeat(8)}.size() > 1 ? "a" : "b"`,
      'too much work',
    ],
    ['a bomb of texts', bomb, 'too large'],
    ['a bomb of cases', `message.text${'.upperAscii()'.repeat(30)}`, 'too large'],
    ['what splits', 'message.text.split("")[0]', 'no function "split"'],
    [
      'a regular expression that backtracks',
      'message.text.matches("(a+)+$") ? "a" : "b"',
      'Write matches(text, pattern)',
    ],
    ['a pattern that is no literal', 'extract(message.text, message.text)', 'must be a text in quotes'],
    ['a pattern that is none', 'extract(message.text, "(")', 'cannot be used'],
    ['a pattern that is too large', 'extract(message.text, "((a{20}){20}){5}")', 'cannot be used'],
    [
      'patterns over and over',
      `[${'1,'.repeat(49)}1].map(a, extract(message.text, "(a|b)+x{9}")).join()`,
      'too much work',
    ],
  ])('is refused where it is %s', (_name, source, why) => {
    expect(refusalOf(source)).toContain(why);
  });

  it('ends for every text with patterns that hang other engines', () => {
    const text = `${'a'.repeat(longest.messageText - 1)}!`;
    for (const pattern of ['(a+)+$', '^(a|a)*$', '(a|aa)+$', '(.*a){10}$', '^(([a-z])+.)+[A-Z]([a-z])+$']) {
      expect(
        made(`matches(message.text, r"${pattern}")`, 'condition', { ...told, message: { ...message, text } }),
      ).toBe(false);
    }
  });

  it.each<[string, string, ResultKind]>([
    ['a number in a text without one', 'int(message.author)', 'value'],
    ['an element that is not there', 'message.annotations[7].text', 'text'],
    ['a division by nothing', 'string(1 / (message.text.size() - message.text.size()))', 'text'],
    ['a part beyond the end', 'message.author.substring(100)', 'text'],
    ['a number that is too large', '9007199254740993 + message.text.size()', 'value'],
    ['a number that is none', 'double("nan")', 'value'],
    ['a value that is none', 'dyn(message)', 'value'],
    ['a list as a value', 'dyn(message.annotations)', 'value'],
    ['a zone that is not there', 'string(message.at.getHours("Nowhere/At all"))', 'text'],
  ])('fails by its own error on %s', (_name, source, kind) => {
    expect(() => made(source, kind)).toThrow(ExpressionFailed);
  });
});
