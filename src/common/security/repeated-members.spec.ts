import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { repeatsMember } from './repeated-members.js';

describe('repeatsMember', () => {
  it.each([
    ['at the top', '{"a":1,"a":2}'],
    ['with other names between', '{"a":1,"b":{"c":1},"a":1}'],
    ['with blanks', '{ "a" : 1 ,\n"a"\t: 2 }'],
    ['in another spelling', '{"aud":1,"\\u0061ud":2}'],
    ['inside an object', '{"a":{"b":1,"b":2}}'],
    ['inside a list', '[{"a":[{"b":1,"b":2}]}]'],
    ['that JSON.parse treats apart', '{"__proto__":1,"__proto__":2}'],
    ['that is empty', '{"":1,"":2}'],
  ])('finds a repeated name %s', (_where, json) => {
    expect(repeatsMember(json)).toBe(true);
  });

  it.each([
    ['a name in two objects', '{"a":{"x":1},"b":{"x":1}}'],
    ['a name above and below', '{"a":{"a":{"a":1}}}'],
    ['names inside text', '{"a":"{\\"b\\":1,\\"b\\":2}"}'],
    ['a value like a name', '{"a":"b","b":"b"}'],
    ['a text that ends with a backslash', '{"a":"\\\\","b":"a\\"","c":1}'],
    ['a list of texts', '["a","a"]'],
  ])('is not misled by %s', (_what, json) => {
    expect(repeatsMember(json)).toBe(false);
  });

  it('finds none in what JSON.stringify makes', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        expect(repeatsMember(json)).toBe(false);
      }),
    );
  });
});
