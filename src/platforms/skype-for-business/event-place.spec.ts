import { describe, expect, it } from 'vitest';
import { readEventPlace } from './event-place.js';

const id = '0b7c1d5e-6a7f-4c11-9a55-3d2f8e1c4b90';

describe('readEventPlace', () => {
  it.each([
    `/v1/applications/1/events?ack=7&key=1~sip%3Adesk%40contoso.com~${id}`,
    `/v1/applications/1/events?key=1~sip:desk@contoso.com~${id}&ack=7`,
    `https://pool.example/events?ack=7&key=1%7Esip%3Adesk%40contoso.com%7E${id}&more=1`,
    `/events?ack=7&key=1~sip:de~sk@contoso.com~${id}`,
  ])('reads the number and the conversation of %s', (href) => {
    expect(readEventPlace(href)).toEqual({ conversationId: id, ack: 7 });
  });

  it.each([
    '',
    '/eventsservice',
    '/events?ack=&key=',
    '/events?ack=-1&key=1~2',
    '/events?ack=1e3&key=~~',
    '/e?ack=12345678901&key=%',
  ])('finds nothing in %j', (href) => {
    expect(readEventPlace(href)).toEqual({ conversationId: undefined, ack: undefined });
  });
});
