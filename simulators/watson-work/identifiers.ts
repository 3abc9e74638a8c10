import { randomBytes, randomInt } from 'node:crypto';

const lowerCaseAlphanumerics = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Text in the manner of the platform's secrets and one-time challenges: lower-case alphanumerics. */
export function alphanumericText(length: number): string {
  return Array.from({ length }, () => lowerCaseAlphanumerics.charAt(randomInt(lowerCaseAlphanumerics.length))).join('');
}

/** Ids of spaces, messages and annotations: 24 hex characters, the first eight being the seconds since epoch. */
export class ObjectIds {
  readonly #machine = `e4b0${randomBytes(3).toString('hex')}`;
  #counter = randomBytes(2).readUInt16BE();

  next(at: number): string {
    this.#counter = (this.#counter + 1) & 0xffffff;
    const seconds = Math.floor(at / 1000);
    return `${hex(seconds, 8)}${this.#machine}${hex(this.#counter, 6)}`;
  }
}

function hex(value: number, length: number): string {
  return value.toString(16).padStart(length, '0').slice(-length);
}
