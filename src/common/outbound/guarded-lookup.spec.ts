import { type LookupAddress } from 'node:dns';
import { describe, expect, it } from 'vitest';
import { guardedLookup, type ResolveName } from './guarded-lookup.js';
import { OutboundRefused } from './outbound.errors.js';

const addressesOf = (texts: readonly string[]): LookupAddress[] =>
  texts.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));

/** Answers with one list after the other, the last for ever, and counts how often it is asked. */
function script(...answers: readonly (readonly string[])[]): { resolve: ResolveName; asked: () => number } {
  let asked = 0;
  return {
    resolve: () => Promise.resolve(addressesOf(answers[Math.min(asked++, answers.length - 1)] ?? [])),
    asked: () => asked,
  };
}

/** What a socket is told: the addresses to dial, or the error. */
function dialled(resolve: ResolveName, all = true): Promise<unknown> {
  return new Promise((settle) => {
    guardedLookup(resolve)('crm.example', { all }, (error, address) => settle(error ?? address));
  });
}

describe('guardedLookup', () => {
  it('hands the socket exactly the addresses that were checked, without asking twice', async () => {
    const names = script(['93.184.216.34', '2606:4700::1111'], ['127.0.0.1']);
    expect(await dialled(names.resolve)).toEqual(addressesOf(['93.184.216.34', '2606:4700::1111']));
    expect(names.asked()).toBe(1);
  });

  it('gives the first address to a socket that wants one', async () => {
    expect(await dialled(script(['93.184.216.34', '8.8.8.8']).resolve, false)).toBe('93.184.216.34');
  });

  it('checks again on the next try, when the name has moved inside meanwhile', async () => {
    const names = script(['93.184.216.34'], ['127.0.0.1']);
    await dialled(names.resolve);
    expect(await dialled(names.resolve)).toBeInstanceOf(OutboundRefused);
  });

  it.each([
    ['a private address', ['10.0.0.5']],
    ['a public and a private address', ['93.184.216.34', '127.0.0.1']],
    ['a private address last of many', ['8.8.8.8', '8.8.4.4', '2606:4700::1111', 'fd00::1']],
    ['a mapped loopback', ['::ffff:127.0.0.1']],
    ['cloud metadata', ['169.254.169.254']],
    ['nothing', []],
    ['no address', ['crm.example']],
  ])('refuses a name that resolves to %s', async (_, answer) => {
    expect(await dialled(script(answer).resolve)).toBeInstanceOf(OutboundRefused);
    expect(await dialled(script(answer).resolve, false)).toBeInstanceOf(OutboundRefused);
  });

  it('passes on that a name does not resolve', async () => {
    const error = new Error('ENOTFOUND');
    expect(await dialled(() => Promise.reject(error))).toBe(error);
  });
});
