/**
 * The UTF-8 bytes of `text`.
 *
 * Refuses a lone surrogate with a `TypeError`: encoders replace it by U+FFFD (WHATWG Encoding), so two different texts
 * would become the same key or the same binding, and a sealed text would not come back as it was.
 */
export function utf8Bytes(text: string): Buffer {
  if (/\p{Surrogate}/u.test(text)) {
    throw new TypeError('the text holds half of a surrogate pair and has no UTF-8 form');
  }
  return Buffer.from(text, 'utf8');
}
