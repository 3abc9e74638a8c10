import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Caller } from './caller.js';
import { accessGivenBy, ExceedsOwnAccess, type KeyAccess } from './own-access.js';
import { scopes } from './scopes.js';

const now = new Date('2026-06-01T00:00:00Z');
const times = fc.option(
  fc.date({ min: new Date(now.getTime() + 1), max: new Date('2040-01-01'), noInvalidDate: true }),
);
const limits = fc.option(fc.integer({ min: 1, max: 1_000_000 }));
const access = fc.record({ scopes: fc.subarray([...scopes]), expiresAt: times, requestsPerMinute: limits });

const callerWith = ({ scopes: held, ...key }: KeyAccess): Caller => ({
  tenantId: 'tenant',
  subject: 'key:abc',
  scopes: held,
  key,
});
/** What is given, or undefined where it is refused as too much. */
function given(caller: Caller, asked: KeyAccess): KeyAccess | undefined {
  try {
    return accessGivenBy(caller, asked, now);
  } catch (error) {
    if (error instanceof ExceedsOwnAccess) return undefined;
    throw error;
  }
}

describe('what a caller gives away', () => {
  it('is never more than its own key allows', () => {
    fc.assert(
      fc.property(access, access, (own, asked) => {
        const result = given(callerWith(own), asked);
        if (result === undefined) return;
        if (!own.scopes.includes('admin')) expect(own.scopes).toEqual(expect.arrayContaining([...result.scopes]));
        if (own.expiresAt !== null) expect(result.expiresAt?.getTime()).toBeLessThanOrEqual(own.expiresAt.getTime());
        if (own.requestsPerMinute !== null) expect(result.requestsPerMinute).toBeLessThanOrEqual(own.requestsPerMinute);
      }),
    );
  });

  it('is what was asked for where that is within bounds', () => {
    fc.assert(
      fc.property(access, (asked) => {
        expect(given(callerWith({ ...asked, scopes: ['admin'] }), asked)).toEqual(asked);
      }),
    );
  });

  it('is anything for an admin whose credential has no bounds of ours', () => {
    const admin: Caller = { tenantId: 'tenant', subject: 'jwt:ann', scopes: ['admin'] };
    fc.assert(
      fc.property(access, (asked) => {
        expect(given(admin, asked)).toEqual(asked);
      }),
    );
  });

  it('names everything that is too much', () => {
    const own = { scopes: ['events:read'], expiresAt: new Date('2026-07-01'), requestsPerMinute: 10 } as const;
    const asked = { scopes: ['admin'], expiresAt: new Date('2026-08-01'), requestsPerMinute: 11 } as const;
    expect(() => accessGivenBy(callerWith(own), asked, now)).toThrow(
      expect.objectContaining({
        faults: [
          { pointer: '/scopes', detail: 'may hold events:read at most' },
          { pointer: '/expiresAt', detail: 'must not be after 2026-07-01T00:00:00.000Z' },
          { pointer: '/requestsPerMinute', detail: 'must be 10 at most' },
        ],
      }),
    );
  });
});
