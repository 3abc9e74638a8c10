import { randomFillSync } from 'node:crypto';

const pool = Buffer.alloc(8 * 512);
let poolOffset = pool.length;
let lastMs = 0;
let counter = 0;

function randomHex(bytes: number): string {
  if (poolOffset + bytes > pool.length) {
    randomFillSync(pool);
    poolOffset = 0;
  }
  const text = pool.toString('hex', poolOffset, poolOffset + bytes);
  poolOffset += bytes;
  return text;
}

/**
 * A UUID version 7 (RFC 9562 section 5.7), strictly increasing within this process: 48 bits of milliseconds, a 12-bit
 * counter (section 6.2, method 1), 62 random bits. When the clock steps back the last millisecond is kept.
 */
export function uuidV7(nowMs: number = Date.now()): string {
  if (nowMs > lastMs) {
    lastMs = nowMs;
    counter = 0;
  } else if (++counter > 0xfff) {
    lastMs += 1;
    counter = 0;
  }
  return layOut(lastMs, counter.toString(16).padStart(3, '0'), randomHex(8));
}

/** Lays 48 bits of milliseconds, 12 bits (three hex digits) and 64 bits (two of them replaced) out as UUIDv7 text. */
export function layOut(ms: number, randA: string, randB: string): string {
  const time = ms.toString(16).padStart(12, '0');
  const variant = ((parseInt(randB.charAt(0), 16) & 0x3) | 0x8).toString(16);
  return `${time.slice(0, 8)}-${time.slice(8, 12)}-7${randA}-${variant}${randB.slice(1, 4)}-${randB.slice(4, 16)}`;
}

/** The millisecond a UUIDv7 was made at, as its first 48 bits say. */
export function timeOfUuidV7(id: string): number {
  return parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/** Whether the text is a UUID in the lower-case form that we hand out. */
export function isUuid(text: string): boolean {
  return uuidPattern.test(text);
}
