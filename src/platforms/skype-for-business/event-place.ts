import { unescaped } from './percent-escapes.js';

/** Which body of which conversation it is. */
export interface EventPlace {
  readonly conversationId: string | undefined;
  /** Counts the bodies of one conversation. */
  readonly ack: number | undefined;
}

/**
 * What the address of a body says: `.../events?ack=<n>&key=<k>`, where the key is `<app id>~<sip address>~<conversation id>`
 * with escapes. A sip address may hold a tilde (RFC 3261 section 25.1), so the id is what stands behind the last one.
 */
export function readEventPlace(selfHref: string): EventPlace {
  const query = selfHref.slice(selfHref.indexOf('?') + 1).split('&');
  const ack = parameter(query, 'ack') ?? '';
  const key = parameter(query, 'key') ?? '';
  const conversationId = key.split('~').length < 3 ? '' : key.slice(key.lastIndexOf('~') + 1);
  return {
    conversationId: conversationId === '' ? undefined : conversationId,
    ack: /^\d{1,9}$/.test(ack) ? Number(ack) : undefined,
  };
}

function parameter(query: readonly string[], name: string): string | undefined {
  const found = query.find((part) => part.startsWith(`${name}=`));
  return found === undefined ? undefined : unescaped(found.slice(name.length + 1));
}
