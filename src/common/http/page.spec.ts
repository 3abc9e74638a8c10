import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage } from './page.js';

describe('a cursor', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.string(), { maxLength: 3 }), (kind, position) => {
        expect(decodeCursor(kind, position.length, encodeCursor(kind, position))).toEqual(position);
      }),
    );
  });

  it('needs no escaping in a URL', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 3 }), (position) => {
        expect(encodeCursor('kind', position)).toMatch(/^[A-Za-z0-9_-]+$/);
      }),
    );
  });

  it('is refused by another list', () => {
    const cursor = encodeCursor('messages', ['1']);
    expect(() => decodeCursor('events', 1, cursor)).toThrow(InvalidInput);
  });

  it.each([0, 2])('of one value is refused where %s are expected', (length) => {
    expect(() => decodeCursor('messages', length, encodeCursor('messages', ['1']))).toThrow(InvalidInput);
  });

  it.each([
    '',
    'x',
    '%',
    'null',
    '[]',
    '{}',
    '"messages"',
    '["messages",1]',
    '["messages",null]',
    '["messages",["1"]]',
  ])('of %j is refused', (text) => {
    const encoded = Buffer.from(text).toString('base64url');
    for (const cursor of [text, encoded]) expect(() => decodeCursor('messages', 1, cursor)).toThrow(InvalidInput);
  });

  it('is refused by its name, without being repeated', () => {
    try {
      decodeCursor('messages', 1, 'canary');
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(InvalidInput);
      if (error instanceof InvalidInput) {
        expect(error.faults.map((fault) => fault.pointer)).toEqual(['cursor']);
        expect(JSON.stringify(error)).not.toContain('canary');
      }
    }
  });

  it('of any text never makes anything else than a refusal or a position', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          for (const value of decodeCursor('messages', 1, text)) expect(typeof value).toBe('string');
        } catch (error) {
          expect(error).toBeInstanceOf(InvalidInput);
        }
      }),
    );
  });
});

describe('toPage', () => {
  const page = (rows: number, limit: number) =>
    toPage(
      Array.from({ length: rows }, (_, index) => index),
      limit,
      (row) => `after ${row}`,
      (row) => row * 10,
    );

  it.each([
    [0, 2, [], null],
    [1, 2, [0], null],
    [2, 2, [0, 10], null],
    [3, 2, [0, 10], 'after 1'],
    [1, 1, [0], null],
  ])('of %i rows read for a limit of %i shows %j and goes on at %j', (rows, limit, items, nextCursor) => {
    expect(page(rows, limit)).toEqual({ items, nextCursor });
  });
});
