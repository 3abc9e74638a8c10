/** A part besides the first, found by its Content-ID. */
export interface RelatedPart {
  readonly type: string;
  readonly body: Buffer;
}

export interface MultipartRelated {
  readonly root: { readonly type: string; readonly body: string };
  readonly parts: ReadonlyMap<string, RelatedPart>;
}

/** A body of `multipart/related` (RFC 2387) whose root is the first part, or undefined when it is not well-formed. */
export function multipartRelated(contentType: string, body: Buffer): MultipartRelated | undefined {
  const [, quoted, bare] = /;\s*boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType) ?? [];
  const boundary = quoted ?? bare;
  if (boundary === undefined) return undefined;
  // One character for each byte, so that offsets and attachments survive.
  const text = `\r\n${body.toString('latin1')}`;
  const [, ...chunks] = text.split(`\r\n--${boundary}`);
  if (chunks.pop()?.startsWith('--') !== true) return undefined;
  const [first, ...others] = chunks.map(parsedPart);
  if (first === undefined || others.includes(undefined)) return undefined;
  const parts = new Map<string, RelatedPart>();
  for (const part of others) {
    if (part?.contentId !== undefined) parts.set(part.contentId, { type: part.type, body: part.body });
  }
  return { root: { type: first.type, body: first.body.toString('utf8') }, parts };
}

interface ParsedPart extends RelatedPart {
  readonly contentId: string | undefined;
}

function parsedPart(chunk: string): ParsedPart | undefined {
  const [, head = '', content] = /^[ \t]*\r\n([^]*?)\r\n\r\n([^]*)$/.exec(chunk) ?? [];
  if (content === undefined) return undefined;
  const header = (name: string): string | undefined =>
    new RegExp(`^${name}:[ \\t]*(.*)$`, 'im').exec(head)?.[1]?.trim();
  return {
    type: header('Content-Type') ?? 'text/plain',
    contentId: header('Content-ID')?.replace(/^<|>$/g, ''),
    body: Buffer.from(content, 'latin1'),
  };
}
