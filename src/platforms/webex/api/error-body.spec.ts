import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readErrorBody } from './error-body.js';

const sample = (name: string): Buffer =>
  readFileSync(new URL(`../../../../test/fixtures/webex/${name}`, import.meta.url));
const read = (text: string): ReturnType<typeof readErrorBody> => readErrorBody(Buffer.from(text));

describe('readErrorBody', () => {
  it('reads the shape of the API', () => {
    expect(readErrorBody(sample('error_409_body.emulator.json'))).toEqual({
      message: 'Person is already in the room.',
      descriptions: ['Person is already in the room.'],
      trackingId: 'EM_9385e39a-c3d0-4581-8639-718ea3c297b5',
      oauthError: undefined,
    });
  });

  it('reads the shape of OAuth', () => {
    expect(read('{"error":"invalid_grant","error_description":"The refresh token expired"}')).toMatchObject({
      oauthError: 'invalid_grant',
      descriptions: ['The refresh token expired'],
    });
  });

  it.each([
    '',
    '<html><body>Too many requests</body></html>',
    'null',
    '[]',
    '"text"',
    '{"message":1,"errors":{"description":"x"},"trackingId":null,"error":{"key":401}}',
    '{"errors":[null,1,"x",{},{"description":2}]}',
  ])('says nothing of %s', (text) => {
    expect(read(text)).toEqual({ message: undefined, descriptions: [], trackingId: undefined, oauthError: undefined });
  });

  it('cuts what is too long', () => {
    const long = 'x'.repeat(10_000);
    const body = read(
      JSON.stringify({ message: long, errors: Array.from({ length: 99 }, () => ({ description: long })) }),
    );
    expect([body.message?.length, body.descriptions.length, body.descriptions[0]?.length]).toEqual([500, 10, 500]);
  });
});
