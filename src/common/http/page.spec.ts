import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidInput } from '../errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage } from './page.js';

describe('a cursor', () => {
  it('comes back as it went in', () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.date({ min: new Date(0), max: new Date(253_402_300_799_999), noInvalidDate: true }),
        fc.uuid(),
        (kind, at, id) => {
          const position = [at.toISOString(), id];
          expect(decodeCursor(kind, ['time', 'id'], encodeCursor(kind, position))).toEqual(position);
        },
      ),
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
    expect(() => decodeCursor('events', ['number'], cursor)).toThrow(InvalidInput);
  });

  it.each([[[]], [['number', 'number'] as const]])('of one value is refused where %j are expected', (parts) => {
    expect(() => decodeCursor('messages', parts, encodeCursor('messages', ['1']))).toThrow(InvalidInput);
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
    for (const cursor of [text, encoded])
      expect(() => decodeCursor('messages', ['number'], cursor)).toThrow(InvalidInput);
  });

  it.each([
    ['number', '1x'],
    ['number', '-1'],
    ['time', '2018-02-31T00:00:00.000Z'],
    ['time', 'yesterday'],
    ['id', 'not-a-uuid'],
  ] as const)('with a %s that reads %j is refused', (part, value) => {
    expect(() => decodeCursor('messages', [part], encodeCursor('messages', [value]))).toThrow(InvalidInput);
  });

  it('is refused by its name, without being repeated', () => {
    try {
      decodeCursor('messages', ['number'], 'canary');
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
          for (const value of decodeCursor('messages', ['number'], text)) expect(typeof value).toBe('string');
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
