const uuidPattern = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const base64Pattern = /^[A-Za-z0-9+/_-]+={0,2}$/;
/** `ciscospark://<geo>/<TYPE>/<name>`; the geo is not always `us`. */
const uriPattern = /^ciscospark:\/\/[^/]+\/([A-Z_]+)\/([^/]+)$/;

interface DecodedId {
  /** `PEOPLE`, `ORGANIZATION` and so on; undefined where the id names none. */
  readonly type: string | undefined;
  readonly uuid: string;
}

/**
 * The UUID in an id of Webex, in lower case. Webex writes one and the same organisation as base64 of a URI, as base64 of the
 * bare UUID and as the UUID itself; documentation calls ids opaque, so this is for comparing only. Undefined for ids that
 * hold no single UUID: memberships (two of them), consumer organisations (none), meetings, and text that is no id at all.
 */
export function uuidOfWebexId(id: string): string | undefined {
  return decode(id)?.uuid;
}

/**
 * Whether two ids name the same thing: equal as text, or one UUID in two encodings. Two ids that say different types are
 * never the same; an id that says no type is taken for the other's.
 */
export function sameWebexId(one: string, other: string): boolean {
  if (one === other) return one !== '';
  const a = decode(one);
  const b = decode(other);
  if (a === undefined || a.uuid !== b?.uuid) return false;
  return a.type === undefined || b.type === undefined || a.type === b.type;
}

function decode(id: string): DecodedId | undefined {
  const text = uuidPattern.test(id) || !base64Pattern.test(id) ? id : Buffer.from(id, 'base64').toString('utf8');
  const uri = uriPattern.exec(text);
  const name = uri === null ? text : (uri[2] ?? '');
  return uuidPattern.test(name) ? { type: uri?.[1], uuid: name.toLowerCase() } : undefined;
}
