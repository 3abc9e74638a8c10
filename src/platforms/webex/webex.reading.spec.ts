import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { markVerified } from '../../deliveries/delivery.js';
import { readWebex } from './webex.reading.js';

const room = 'Y2lzY29zcGFyazovL3VzL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0';
const migrated =
  'Y2lzY29zcGFyazovL3VybjpURUFNOmV1LWNlbnRyYWwtMV9rL1JPT00vYmJjZWIxYWQtNDNmMS0zYjU4LTkxNDctZjE0YmIwYzRkMTU0';

function read(body: Buffer): ReturnType<typeof readWebex> {
  return readWebex(markVerified({ body, headers: {}, query: '', receivedAt: new Date() }, 'hmac-sha1'));
}

describe('reading a call of Webex', () => {
  it.each([
    ['messages_created.docs-guide', room, '2015-10-18T14:26:16.000Z'],
    ['messages_deleted.composed', room, undefined],
    ['memberships_created.composed', room, '2015-10-18T14:26:16.203Z'],
    ['memberships_deleted.composed', room, '2015-10-18T14:26:16.203Z'],
    ['attachmentActions_created.composed', room, '2026-01-05T10:01:00.000Z'],
    ['rooms_created.composed', room, '2026-01-05T10:00:00.000Z'],
    ['rooms_updated.composed', room, '2026-01-06T10:00:00.000Z'],
    ['rooms_migrated.composed', migrated, '2026-01-05T10:00:00.000Z'],
    ['serviceApp_authorized', 'serviceApp YTU2YS1iMDVhNzA1ZDcwYjQ', '2024-06-12T14:19:52.168Z'],
    ['meetings_started.composed', 'meetings 870f51ff287b41be84648412901e0402', undefined],
    [
      'meetingParticipants_joined.composed',
      'meetingParticipants 560d7b784f5143e3be2fc3064a5c4999_3c2e2338-e950-43bf-b588-573773ee43d1',
      '2022-10-25T09:00:00Z',
    ],
    [
      'telephony_calls_updated.captured-redacted',
      'telephony_calls Y2lzY29zcGFyazovL3VzL0NBTEwvY2FsbGhhbGYtMTAwMDAwMDAwMTow',
      '2025-08-05T17:47:22.678Z',
    ],
    ['controlHubAlerts_created.docs', 'controlHubAlerts', undefined],
  ])('puts %s into its lane, at a time of its own', (name, laneKey, time) => {
    const body = readFileSync(new URL(`../../../test/fixtures/webex/webhook_${name}.json`, import.meta.url));
    expect(read(body)).toMatchObject({ laneKey, sourceTimeMs: time === undefined ? undefined : Date.parse(time) });
  });

  it('takes no time from the envelope, whose created is the same for all calls of a webhook', () => {
    const body = { resource: 'messages', event: 'deleted', created: '2026-01-05T09:00:00.000Z', data: { roomId: 'r' } };
    expect(read(Buffer.from(JSON.stringify(body)))).toMatchObject({ laneKey: 'r', sourceTimeMs: undefined });
  });

  it('takes any bytes for a delivery', () => {
    const json = fc.record({ resource: fc.jsonValue(), event: fc.jsonValue(), data: fc.jsonValue() });
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array(),
          fc.json().map((text) => Buffer.from(text)),
          json.map((value) => Buffer.from(JSON.stringify(value))),
        ),
        (bytes) => {
          expect(read(Buffer.from(bytes)).kind).toBe('delivery');
        },
      ),
    );
  });
});
