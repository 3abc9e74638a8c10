import { createHash } from 'node:crypto';

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { fingerprint, laneId } from './fingerprint.js';

describe('fingerprint', () => {
  it.each([
    // FIPS 180-4: SHA-256 of the empty message and of "abc".
    ['', 'e3b0c442-98fc-1c14-9afb-f4c8996fb924'],
    ['abc', 'ba7816bf-8f01-cfea-4141-40de5dae2223'],
  ])('of %j is the head of the published digest', (text, expected) => {
    expect(fingerprint(Buffer.from(text))).toBe(expected);
  });

  it('is 128 bits of SHA-256 in the form of a UUID, for any bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (body) => {
        const text = fingerprint(body);
        expect(text).toMatch(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
        expect(text.replaceAll('-', '')).toBe(createHash('sha256').update(body).digest('hex').slice(0, 32));
      }),
    );
  });

  it('depends on the bytes alone, not on the array around them', () => {
    const around = Buffer.from('....abc....');
    expect(fingerprint(around.subarray(4, 7))).toBe(fingerprint(Buffer.from('abc')));
  });

  it('tells bodies apart that parse to the same JSON', () => {
    expect(fingerprint(Buffer.from('{"a":1}'))).not.toBe(fingerprint(Buffer.from('{"a": 1}')));
  });
});

describe('laneId', () => {
  it.each([
    // Computed with Python: int.from_bytes(sha256(b'…').digest()[:8], 'big', signed=True).
    ['0190b0e4-5c7e-7d3a-8a54-9b0c2d1e3f40', 'space-1', '-4487516119156184041'],
    ['0190b0e4-5c7e-7d3a-8a54-9b0c2d1e3f40', 'space-2', '8413766800450495163'],
    ['0190b0e4-5c7e-7d3a-8a54-9b0c2d1e3f40', 'Grüße 👍', '-6703956422151471783'],
    ['', '', '124490115762057193'],
  ])('of %j and %j', (connectionId, laneKey, expected) => {
    expect(laneId(connectionId, laneKey)).toBe(expected);
  });

  it('is a signed 64-bit number in its one spelling, the same each time', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.string({ unit: 'binary' }), (connectionId, laneKey) => {
        const id = laneId(connectionId, laneKey);
        expect(BigInt.asIntN(64, BigInt(id)).toString()).toBe(id);
        expect(laneId(connectionId, laneKey)).toBe(id);
      }),
    );
  });

  it('uses both signs', () => {
    const signs = Array.from({ length: 64 }, (_, index) => laneId('connection', String(index)).startsWith('-'));
    expect(new Set(signs).size).toBe(2);
  });

  it('keeps apart the same lane key of two connections, and two lane keys of one', () => {
    fc.assert(
      fc.property(fc.uuid(), fc.uuid(), fc.string(), fc.string(), (one, other, lane, otherLane) => {
        fc.pre(one !== other && lane !== otherLane);
        expect(new Set([laneId(one, lane), laneId(other, lane), laneId(one, otherLane)]).size).toBe(3);
      }),
    );
  });

  it('does not join connection and lane key ambiguously', () => {
    expect(laneId('ab', 'c')).not.toBe(laneId('a', 'bc'));
  });
});
