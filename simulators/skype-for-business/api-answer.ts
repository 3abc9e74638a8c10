import { type HttpAnswer, type HttpCall } from '../common/http-exchange.js';
import { prefixed, type RelPrefix, type WireFormat } from './wire-format.js';
import { type Resource } from './resources.js';

/** An answer, and what the platform does because of the request; the webhooks of this lane tell of it. */
export interface ApiAnswer extends HttpAnswer {
  readonly consequence?: { readonly lane: string; readonly action: () => void };
}

/** Microsoft's own clients ask for the internal names with `X-Ms-Namespace: internal`. */
export function prefixFor(call: HttpCall, format: WireFormat): RelPrefix {
  return call.headers['x-ms-namespace'] === 'internal' ? 'ms:rtc:saas:' : format.relPrefix;
}

export function resourceAnswer(body: Resource): ApiAnswer {
  return { status: 200, headers: { 'Content-Type': 'application/json; charset=utf-8' }, body };
}

export function linksOf(
  prefix: RelPrefix,
  hrefs: Readonly<Record<string, string>>,
): Readonly<Record<string, { readonly href: string }>> {
  return Object.fromEntries(Object.entries(hrefs).map(([name, href]) => [prefixed(prefix, name), { href }]));
}
