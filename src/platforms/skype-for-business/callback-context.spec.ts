import { describe, expect, it } from 'vitest';
import { callbackContextFor, callbackContextIn, carriesOurContext } from './callback-context.js';

const settings = { audience: 'https://litware.example', clientId: '5b1d5a42-8c0e-4f0d-9a57-0f6a0f3a6f10' };

describe('the callback context', () => {
  it('is the same for one conversation of one app and another one for every other', () => {
    const own = callbackContextFor(settings, 'a');
    expect(callbackContextFor(settings, 'a')).toBe(own);
    expect(callbackContextFor(settings, 'b')).not.toBe(own);
    expect(callbackContextFor({ ...settings, audience: 'https://other.example' }, 'a')).not.toBe(own);
    expect(own).toMatch(/^[0-9a-f-]{36}$/);
  });

  it.each([
    ['callbackContext=0', '0'],
    ['a=1&CallbackContext=a%20b&c=2', 'a b'],
    ['callbackContext={"JobId":"1"%2c"InstanceId":"2"}', '{"JobId":"1","InstanceId":"2"}'],
    ['callbackContext={"a":"b&c"}', '{"a":"b&c"}'],
    ['callbackContext=50%', '50%'],
    ['callbackContext=%ff', '\ufffd'],
    ['callbackContext=', undefined],
    ['mycallbackContext=1', undefined],
    ['', undefined],
  ])('is read from %j', (query, context) => {
    expect(callbackContextIn(query)).toBe(context);
  });

  it('is cut where somebody sends a long one', () => {
    expect(callbackContextIn(`callbackContext=${'x'.repeat(100_000)}`)).toHaveLength(500);
  });

  it('is ours only for the conversation that it was given to', () => {
    const query = `callbackContext=${callbackContextFor(settings, 'a')}`;
    expect(carriesOurContext(query, settings, 'a')).toBe(true);
    expect(carriesOurContext(query, settings, 'b')).toBe(false);
    expect(carriesOurContext('', settings, 'a')).toBe(false);
  });
});
