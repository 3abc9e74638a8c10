import { format, inspect } from 'node:util';

import { describe, expect, it } from 'vitest';

import { Secret } from './secret.js';

const TEXT = 'correct-horse-battery-staple';
const secret = new Secret(TEXT);

describe('Secret', () => {
  it('gives its text to whoever asks for it by name', () => {
    expect(secret.reveal()).toBe(TEXT);
  });

  it.each<[string, string]>([
    ['String()', String(secret)],
    // eslint-disable-next-line @typescript-eslint/restrict-template-expressions -- the mistake this class is for
    ['a template string', `${secret}`],
    ['JSON', JSON.parse(JSON.stringify(secret)) as string], // a string, as toJSON gives one
    ['util.inspect', inspect(secret)],
    ['%s', format('%s', secret)],
    ['%o', format('%o', secret)],
    ['%O', format('%O', secret)],
  ])('is [redacted] in %s', (_where, shown) => {
    expect(shown).toBe('[redacted]');
  });

  it.each<[string, string]>([
    ['JSON of an object around it', JSON.stringify({ token: secret })],
    ['inspect of an object around it', inspect({ deep: { token: secret } }, { depth: 9, showHidden: true })],
    ['inspect without custom inspection', inspect(secret, { customInspect: false, showHidden: true, getters: true })],
    ['an error caused by it', inspect(new Error('failed', { cause: secret }))],
    ['an error that carries it', inspect(Object.assign(new Error('failed'), { token: secret }))],
    ['an error message made of it', inspect(new Error('failed with ' + String(secret)))],
    ['%j', format('%j', { token: secret })],
    ['its entries', inspect(Object.entries(Object.getOwnPropertyDescriptors(secret)))],
    ['a structured clone', inspect(structuredClone({ token: secret }), { showHidden: true })],
    ['a copy of its properties', inspect(Object.assign({}, secret), { showHidden: true })],
  ])('does not leak through %s', (_where, shown) => {
    expect(shown).not.toContain(TEXT);
    expect(shown).not.toContain(TEXT.slice(0, 12));
  });
});
