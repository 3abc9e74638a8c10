import { unescapedBytes } from './percent-escapes.js';

export interface DataText {
  readonly text: string;
  /** In small letters and without parameters; undefined where the URI names none. */
  readonly mediaType: string | undefined;
}

/**
 * The text in a data URI (RFC 2397). Two forms are seen: the form encoding of .NET, where a blank is a plus sign and a real
 * plus sign is escaped, and base64, where a plus sign is a digit. The character set is UTF-8 unless another one is named
 * that we know; bytes that are none of its become U+FFFD. `undefined` for anything but a data URI. Never throws.
 */
export function readDataUri(uri: string): DataText | undefined {
  const comma = uri.indexOf(',');
  if (comma === -1 || !/^data:/i.test(uri)) return undefined;
  const [mediaType = '', ...parameters] = uri
    .slice('data:'.length, comma)
    .split(';')
    .map((part) => part.trim());
  const isBase64 = parameters.some((parameter) => parameter.toLowerCase() === 'base64');
  const data = unescapedBytes(uri.slice(comma + 1), !isBase64);
  const bytes = isBase64 ? Buffer.from(data.toString('latin1'), 'base64') : data;
  return {
    text: decoderFor(parameters).decode(bytes),
    mediaType: mediaType === '' ? undefined : mediaType.toLowerCase(),
  };
}

function decoderFor(parameters: readonly string[]): InstanceType<typeof TextDecoder> {
  const named = parameters.find((parameter) => /^charset=/i.test(parameter))?.slice('charset='.length);
  try {
    return new TextDecoder(named?.replace(/^"(.*)"$/, '$1') ?? 'utf-8', { ignoreBOM: true });
  } catch {
    // A name that no decoder goes by (WHATWG Encoding section 4.2).
    return new TextDecoder('utf-8', { ignoreBOM: true });
  }
}
