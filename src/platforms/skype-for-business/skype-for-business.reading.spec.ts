import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { markVerified } from '../../deliveries/delivery.js';
import { type Reading } from '../platform.js';
import { callbackContextFor } from './callback-context.js';
import { readSkypeForBusiness } from './skype-for-business.reading.js';

const folder = new URL('../../../test/fixtures/skype-for-business/', import.meta.url);
const settings = {
  audience: 'https://litware.example',
  clientId: '5b1d5a42-8c0e-4f0d-9a57-0f6a0f3a6f10',
  callbackContext: true,
};
const conversationId = '0b7c1d5e-6a7f-4c11-9a55-3d2f8e1c4b90';
const message = '04-message-plain-plus-and-percent';

function reading(name: string, query = '', change: object = {}): Reading {
  const body = readFileSync(new URL(`reauthored/${name}.json`, folder));
  const delivery = markVerified({ body, query, headers: {}, receivedAt: new Date() }, 'test');
  return readSkypeForBusiness(delivery, { settings: { ...settings, ...change }, webhookKeys: [] });
}

describe('readSkypeForBusiness', () => {
  it('finds lane, number and time of a message', () => {
    expect(reading(message, '', { callbackContext: false })).toEqual({
      kind: 'delivery',
      laneKey: conversationId,
      sourceTimeMs: 1_700_000_000_123,
      platformIndex: 3,
      retryCount: undefined,
    });
  });

  it('knows no time where the body has no message', () => {
    expect(reading('03-participants-added-updated-deleted')).toMatchObject({ sourceTimeMs: undefined });
  });

  it('tells a heartbeat from events', () => {
    expect(reading('11-heartbeat-no-sender')).toEqual({ kind: 'heartbeat' });
  });

  it('asks for a context once per conversation, with the same text each time', () => {
    const asked = reading(message);
    const reply = asked.kind === 'delivery' ? asked.reply : undefined;
    expect(reply).toMatchObject({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(JSON.parse(reply?.body.toString() ?? '')).toEqual({
      CallbackContext: callbackContextFor(settings, conversationId),
    });
    expect(reading(message)).toEqual(asked);
  });

  it.each([
    ['the setting is off', message, '', { callbackContext: false }],
    ['the call carries ours', message, `callbackContext=${callbackContextFor(settings, conversationId)}`, {}],
    ['the call carries one that is not ours', message, 'callbackContext={"a":1%2c"b":2}', {}],
  ])('asks for none when %s, and reads the call alike', (_, name, query, change) => {
    const plain = reading(name, '', { callbackContext: false });
    expect(reading(name, query, change)).toEqual(plain);
  });
});
