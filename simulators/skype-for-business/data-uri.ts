import { type WireFormat } from './wire-format.js';

export interface MessageContent {
  readonly type: 'text/plain' | 'text/html';
  readonly text: string;
}

/** A text as the href of `plainMessage` or `htmlMessage`. */
export function dataUri({ type, text }: MessageContent, form: WireFormat['dataUris']): string {
  if (form === 'base64') return `data:${type};base64,${Buffer.from(text, 'utf8').toString('base64')}`;
  return `data:${type};charset=utf-8,${formEncoded(text)}`;
}

/** The form encoding of .NET: a space is a plus sign and escapes are in lower case. */
function formEncoded(text: string): string {
  return [...Buffer.from(text, 'utf8')].map(formEncodedByte).join('');
}

function formEncodedByte(byte: number): string {
  const character = String.fromCharCode(byte);
  if (character === ' ') return '+';
  return /[A-Za-z0-9\-_.!*()]/.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
}
