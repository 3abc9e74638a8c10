import { membersOf, textAt, textsAt } from './json-path.js';
import { type Names } from './names.js';

/** An annotation in a few words. */
export function annotationInWords(type: string | null | undefined, payload: unknown, names: Names): string {
  switch (type) {
    case 'generic':
      return `card: ${textAt(payload, 'title') ?? ''}`;
    case 'mention':
      return `mention: ${names.of(textAt(payload, 'mentionedUserId') ?? '')}`;
    case 'message-focus':
      return `focus: "${textAt(payload, 'phrase') ?? ''}"`;
    case 'message-nlp-keywords':
      return `keywords: ${textsAt(payload, ['keywords'], 'text').join(', ')}`;
    case 'card-submit':
      return `filled in: ${membersOf(payload).join(', ')}`;
    case 'conversation-moment':
      return `moment: ${textsAt(payload, ['momentSummary', 'phrases'], 'label').join(', ')}`;
    default:
      return type ?? 'annotation';
  }
}

/** Text as people read it: mentions by name instead of by id. */
export function readable(content: string): string {
  return content.replace(/<@[^|>]+\|([^>]*)>/g, '@$1');
}
