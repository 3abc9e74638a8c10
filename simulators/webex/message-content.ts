import { RefusedActionError } from './refused-action-error.js';

const largestTextBytes = 7_439;

export interface MessageText {
  readonly text?: string;
  readonly markdown?: string;
}

export interface MessageContent extends MessageText {
  /** The public address of one file. */
  readonly files?: readonly string[];
  /** One card. */
  readonly attachments?: readonly Readonly<Record<string, unknown>>[];
  readonly parentId?: string;
}

/** Refuses what the platform refuses: nothing to say, too much text, more than one file or card. */
export function requirePostable(content: MessageContent): void {
  requireShort(content);
  const { text, markdown, files = [], attachments = [] } = content;
  if (isBlank(text) && isBlank(markdown) && files.length === 0 && attachments.length === 0) {
    throw new RefusedActionError(400, 'Both text and file are empty.');
  }
  if (files.length > 1) throw new RefusedActionError(400, 'Only one file is allowed per message.');
  if (attachments.length > 1) throw new RefusedActionError(400, 'Only one card is allowed per message.');
}

export function requireEditText(content: MessageText): void {
  requireShort(content);
  if (isBlank(content.text) && isBlank(content.markdown)) throw new RefusedActionError(400, 'The text is empty.');
}

function requireShort({ text = '', markdown = '' }: MessageText): void {
  for (const part of [text, markdown]) {
    if (Buffer.byteLength(part, 'utf8') > largestTextBytes) {
      throw new RefusedActionError(400, `A message has at most ${largestTextBytes} bytes.`);
    }
  }
}

function isBlank(text: string | undefined): boolean {
  return text === undefined || text.trim() === '';
}
