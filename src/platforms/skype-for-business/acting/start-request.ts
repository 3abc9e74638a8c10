import { InvalidInput } from '../../../common/errors/liaison-error.js';
import { uuidV7 } from '../../../common/ids/uuid-v7.js';
import { callbackFields, type CallbackChoice } from './callback-fields.js';

/** Something that is sent along with an invitation (`customContent`). */
export interface Attachment {
  readonly contentType: string;
  readonly bytes: Buffer;
}

/** What a conversation starts with. */
export interface StartMessaging extends CallbackChoice {
  /** Ours to choose, of 1 to 50 characters, new for each act; it comes back in every event of the act. */
  readonly operationId: string;
  /** A sip or tel address. */
  readonly to: string;
  readonly subject?: string;
  readonly importance?: 'Normal' | 'Urgent' | 'Emergency';
  readonly threadId?: string;
  readonly localUserDisplayName?: string;
  readonly localUserUri?: string;
  readonly attachment?: Attachment;
}

interface WireBody {
  readonly contentType: string;
  readonly body: string | Buffer;
}

const longestOperationId = 50;
const longestSubject = 250;

/**
 * The body of a request that starts a conversation: JSON, or with an attachment `multipart/related` (RFC 2387) whose first part
 * is that JSON and points at the other one by `cid:`. Throws `InvalidInput` for what the reference does not allow.
 */
export function startRequest(start: StartMessaging): WireBody {
  checkOperationId(start.operationId);
  if (!/^(sip|tel):\S+$/i.test(start.to)) throw new InvalidInput({ detail: 'to must be a sip or tel address.' });
  if ((start.subject?.length ?? 0) > longestSubject) {
    throw new InvalidInput({ detail: `A subject may have ${longestSubject} characters.` });
  }
  const { callbackUrl, configuredUrl, callbackContext, attachment, ...told } = start;
  const fields = {
    ...told,
    ...callbackFields({
      ...(callbackUrl === undefined ? {} : { callbackUrl }),
      ...(configuredUrl === undefined ? {} : { configuredUrl }),
      ...(callbackContext === undefined ? {} : { callbackContext }),
    }),
  };
  if (attachment === undefined) return { contentType: 'application/json', body: JSON.stringify(fields) };
  return related(fields, attachment);
}

/** Throws `InvalidInput` unless the name can be one of an act. */
export function checkOperationId(operationId: string): void {
  if (operationId !== '' && operationId.length <= longestOperationId) return;
  throw new InvalidInput({ detail: `An operationId has 1 to ${longestOperationId} characters.` });
}

function related(fields: object, { contentType, bytes }: Attachment): WireBody {
  // A header line holds no line break, and the part belongs to one header.
  if (!/^[\w.+-]+\/[\w.+-]+(;[ \t]*[\w.+-]+=[\w.+-]+)*$/.test(contentType)) {
    throw new InvalidInput({ detail: 'The content type of an attachment must be a plain media type.' });
  }
  const contentId = uuidV7();
  const boundary = boundaryNotIn(bytes);
  const json = JSON.stringify({ ...fields, _links: { customContent: { href: `cid:${contentId}` } } });
  const head =
    `--${boundary}\r\nContent-Type: application/json; charset=utf-8\r\n\r\n${json}\r\n` +
    `--${boundary}\r\nContent-Type: ${contentType}\r\nContent-ID: <${contentId}>\r\n\r\n`;
  return {
    contentType: `multipart/related; boundary="${boundary}"; type="application/json"`,
    body: Buffer.concat([Buffer.from(head), bytes, Buffer.from(`\r\n--${boundary}--\r\n`)]),
  };
}

/** JSON cannot hold it, since a line break in it is escaped; bytes can (RFC 2046 section 5.1.1). */
function boundaryNotIn(bytes: Buffer): string {
  for (;;) {
    const boundary = uuidV7();
    if (!bytes.includes(boundary)) return boundary;
  }
}
