import { parseJsonBytes } from '../../../common/json/json.js';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { refusalOf, unanswered, unreadable, type WebexMethod } from './refusal.js';
import { type WebexAnswer } from './webex-answer.js';

export interface WebexCall {
  readonly method: WebexMethod;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly timeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * One call and its answer. Throws `WebexRefusal` for everything but a 2xx that is empty or JSON, and the reason of `signal`
 * when that ends the call. A 3xx is not followed: it would take the token elsewhere.
 */
export async function exchange(http: HttpCaller, call: WebexCall): Promise<WebexAnswer> {
  const { method, url, ...rest } = call;
  const {
    status,
    headers,
    body: bytes,
  } = await http.request({ method, url: url.href, ...rest }).catch((error: unknown) => {
    throw unanswered(method, error);
  });
  const answer = { status, headers, bytes };
  if (status < 200 || status > 299) throw refusalOf(method, answer);
  if (bytes.length === 0) return { ...answer, json: undefined };
  const parsed = parseJsonBytes(bytes);
  if (!parsed.ok) throw unreadable(method, answer, parsed.fault);
  return { ...answer, json: parsed.value };
}
