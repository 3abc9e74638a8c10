const percent = 0x25;
const plus = 0x2b;
const blank = 0x20;

/**
 * The bytes behind percent escapes (RFC 3986 section 2.1). Never throws: a percent sign that starts no escape stands for
 * itself, because the platform joins texts to URLs without escaping them. With `plusIsSpace` a plus sign is a blank, as in
 * forms (WHATWG URL section 5.1).
 */
export function unescapedBytes(text: string, plusIsSpace: boolean): Buffer {
  const bytes = Buffer.from(text, 'utf8');
  let size = 0;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    const escaped = byte === percent ? escapedByte(bytes, at) : undefined;
    // Never longer than what was read, so the front of the same bytes takes it.
    bytes[size++] = escaped ?? (plusIsSpace && byte === plus ? blank : byte);
    if (escaped !== undefined) at += 2;
  }
  return bytes.subarray(0, size);
}

/** The same as UTF-8 text. */
export function unescaped(text: string): string {
  return unescapedBytes(text, false).toString('utf8');
}

function escapedByte(bytes: Buffer, at: number): number | undefined {
  const [high, low] = [hexDigit(bytes[at + 1]), hexDigit(bytes[at + 2])];
  return high === undefined || low === undefined ? undefined : high * 16 + low;
}

function hexDigit(byte: number | undefined): number | undefined {
  if (byte === undefined) return undefined;
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const letter = byte | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x57 : undefined;
}
