import { describe, expect, it } from 'vitest';
import { callbackFields } from './callback-fields.js';

const configuredUrl = 'https://litware.example/webhooks/1?x=1';

describe('callbackFields', () => {
  it.each([
    [{}, {}],
    [{ callbackContext: 'c' }, { callbackContext: 'c' }],
    [{ configuredUrl }, { callbackUrl: configuredUrl }],
    [
      { configuredUrl, callbackContext: '{"a":"b&c=d"}' },
      { callbackUrl: `${configuredUrl}&callbackContext=%7B%22a%22%3A%22b%26c%3Dd%22%7D` },
    ],
    [
      { callbackUrl: 'https://own.example/', configuredUrl, callbackContext: 'c' },
      { callbackUrl: 'https://own.example/' },
    ],
  ])('makes of %j %j', (choice, fields) => {
    expect(callbackFields(choice)).toEqual(fields);
  });
});
