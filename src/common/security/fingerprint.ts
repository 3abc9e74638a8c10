import { hash } from 'node:crypto';

/**
 * The first 128 bits of the SHA-256 of exactly these bytes, written like a UUID to fit a `uuid` column.
 *
 * Equal bytes give equal text on every machine; different bytes give different text for all practical purposes (a
 * collision takes about 2^64 bodies). It has the form of RFC 9562 section 4 but not its version bits, which would cost
 * six bits of the hash: PostgreSQL takes any 128 bits, a strict UUID parser may not.
 */
export function fingerprint(body: Uint8Array): string {
  // Over a 660-byte body: 0.75 µs with the one-shot hash, 1.28 µs with createHash (median of 7 × 200,000 on Node 20).
  const hex = hash('sha256', body, 'hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}

/**
 * The lane of one ordered stream of a connection: a signed 64-bit number as decimal text, to fit a `bigint` column.
 *
 * It is the head of the SHA-256 of the connection id, a line feed and the lane key, so it needs no table and never
 * changes. A connection id holds no line feed, so no two pairs hash the same text. Should two lanes ever share a number
 * they only wait for each other.
 */
export function laneId(connectionId: string, laneKey: string): string {
  return hash('sha256', `${connectionId}\n${laneKey}`, 'buffer').readBigInt64BE(0).toString();
}
