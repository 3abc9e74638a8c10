export interface HttpAnswer {
  readonly status: number;
}

const contentLength = /\r\ncontent-length: *(\d+)/i;

/**
 * The answer that fills these bytes, or undefined while some of it is missing: status line and Content-Length, nothing
 * else. Throws for an answer of unknown length, which no variant gives.
 */
export function parseAnswer(bytes: Buffer): HttpAnswer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const length = contentLength.exec(head)?.[1];
  if (length === undefined) throw new Error(`an answer has no Content-Length: ${head}`);
  if (bytes.length < end + 4 + Number(length)) return undefined;
  return { status: Number(head.slice(9, 12)) };
}
