import { unescaped } from './percent-escapes.js';

/** The path of an href as it is written, without scheme, host, query and fragment. Facts keep hrefs in this form only. */
export function pathOf(href: string): string {
  return href.replace(/^(?:[a-z][a-z0-9+.-]*:)?\/\/[^/?#]*/i, '').replace(/[?#].*$/s, '');
}

/** The id of the conversation that the href lies in. */
export function conversationIn(href: string): string | undefined {
  return segmentAfter('conversations', href);
}

/**
 * Who a participant's href is about. It is the one thing that every event of a participant has: a `deleted` names nobody
 * by anything else. `participants/mira@contoso.com` is `sip:mira@contoso.com` and `participants/tel:+15550100` is
 * `tel:+15550100`, both in small letters, as is the `uri` of the same person; any other id stays as it is.
 */
export function personIn(href: string): string | undefined {
  const segment = segmentAfter('participants', href) ?? segmentAfter('people', href);
  return segment === undefined ? undefined : personNamed(segment);
}

/** The same for a `uri` or an address without its scheme. */
export function personNamed(name: string): string {
  if (/^(sips?|tel):/i.test(name)) return name.toLowerCase();
  return name.includes('@') ? `sip:${name.toLowerCase()}` : name;
}

function segmentAfter(collection: string, href: string): string | undefined {
  const segments = pathOf(href).split('/');
  const at = segments.lastIndexOf(collection);
  const segment = at === -1 ? undefined : segments[at + 1];
  return segment === undefined || segment === '' ? undefined : unescaped(segment);
}
