import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { entityId } from './entity-id.js';
import { timeOfUuidV7, uuidV7 } from './uuid-v7.js';

const parent = '019a0000-0000-7000-8000-000000000001';

describe('entityId', () => {
  it('is a UUID version 7 for every name', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        expect(entityId('space', parent, name)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
      }),
    );
  });

  it('stays what it is in every version, because it is stored', () => {
    // The first bits of SHA-256 over kind, parent and name, computed apart from this code.
    expect(entityId('space', parent, 'x')).toBe('019a0000-0000-7f49-84c3-85f0019b42fb');
  });

  it('differs by kind, by parent and by name', () => {
    const other = uuidV7();
    const ids = [
      entityId('space', parent, 'x'),
      entityId('message', parent, 'x'),
      entityId('space', other, 'x'),
      entityId('space', parent, 'y'),
      entityId('space', parent, 'X'),
      entityId('space', parent, 'x '),
      entityId('space', parent, ''),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('carries the time of birth, or the one of its parent where none is known', () => {
    expect(timeOfUuidV7(entityId('space', parent, 'born', 1_519_758_289_000))).toBe(1_519_758_289_000);
    expect(timeOfUuidV7(entityId('space', parent, 'unknown birth'))).toBe(timeOfUuidV7(parent));
  });

  it('is the same after more names than it remembers', () => {
    const first = entityId('event', parent, 'remembered');
    for (let i = 0; i < 60_000; i++) entityId('event', parent, String(i));
    expect(entityId('event', parent, 'remembered')).toBe(first);
  });
});
