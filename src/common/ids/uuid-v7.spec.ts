import { describe, expect, it } from 'vitest';
import { isUuid, layOut, timeOfUuidV7, uuidV7 } from './uuid-v7.js';

const layout = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

describe('uuidV7', () => {
  it('has the version and the variant of RFC 9562', () => {
    for (let i = 0; i < 5_000; i++) expect(uuidV7()).toMatch(layout);
  });

  it('is strictly increasing, also within one millisecond and beyond its counter', () => {
    const now = Date.now() + 10_000;
    const ids = Array.from({ length: 20_000 }, () => uuidV7(now));
    expect(ids.every((id, index) => index === 0 || id > (ids[index - 1] ?? ''))).toBe(true);
  });

  it('keeps increasing when the clock steps back', () => {
    const now = Date.now() + 20_000;
    const before = uuidV7(now);
    const after = uuidV7(now - 5_000);
    expect(after > before).toBe(true);
  });

  it('carries its time in the first 48 bits', () => {
    const later = Date.now() + 30_000;
    expect(timeOfUuidV7(uuidV7(later))).toBe(later);
  });

  it('does not repeat', () => {
    const ids = new Set(Array.from({ length: 50_000 }, () => uuidV7()));
    expect(ids.size).toBe(50_000);
  });

  it('has 62 bits that cannot be foreseen', () => {
    const tails = Array.from({ length: 2_000 }, () => uuidV7().slice(20));
    expect(new Set(tails).size).toBe(2_000);
    for (const place of [0, 1, 2, 4, 9, 14]) expect(new Set(tails.map((tail) => tail[place])).size).toBe(16);
  });
});

describe('layOut', () => {
  it('gives the example of RFC 9562', () => {
    // Appendix A.6: 2022-02-22T19:22:22.000Z, rand_a 0xCC3, rand_b 0x18C4DC0C0C07398F.
    expect(layOut(0x017f22e279b0, 'cc3', '18c4dc0c0c07398f')).toBe('017f22e2-79b0-7cc3-98c4-dc0c0c07398f');
  });

  it.each(['0', '3', '4', '7', '8', 'b', 'c', 'f'])('sets the variant over the random digit %s', (digit) => {
    expect(layOut(0, '000', `${digit}${'0'.repeat(15)}`)).toMatch(layout);
  });
});

describe('isUuid', () => {
  it('takes what we hand out', () => {
    expect(isUuid(uuidV7())).toBe(true);
  });

  it.each([
    '',
    '019A0000-0000-7000-8000-000000000001',
    '019a0000000070008000000000000001',
    ' 019a0000-0000-7000-8000-000000000001',
    '019a0000-0000-7000-8000-000000000001\n',
    '{019a0000-0000-7000-8000-000000000001}',
    '019a0000-0000-7000-8000-00000000000g',
  ])('refuses %j', (text) => {
    expect(isUuid(text)).toBe(false);
  });
});
