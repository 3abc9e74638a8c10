import { fingerprint } from '../../common/security/fingerprint.js';
import { unescaped } from './percent-escapes.js';
import { type SkypeForBusinessSettings } from './skype-for-business.settings.js';

/** As much of a context as is looked at; ours has 36 characters. */
const longest = 500;

/**
 * The text that we ask the platform to send along with the later calls of a conversation. It is a function of the app and
 * the conversation, so every process gives the same and nothing is stored. It says nothing to others and proves nothing:
 * anybody may send any context.
 */
export function callbackContextFor(
  { audience, clientId }: Pick<SkypeForBusinessSettings, 'audience' | 'clientId'>,
  conversationId: string,
): string {
  return fingerprint(Buffer.from(JSON.stringify([audience, clientId, conversationId])));
}

/**
 * The context in the query of a call, cut to 500 characters; undefined where there is none. The platform adds it without
 * escaping it (SDK tests: `?callbackContext={"JobId":"..."%2c"InstanceId":"..."}`), so a JSON text goes on to the end,
 * whatever ampersands it holds. Never throws.
 */
export function callbackContextIn(query: string): string | undefined {
  const [, text = ''] = /(?:^|&)callbackContext=(\{.*|[^&]*)/is.exec(query) ?? [];
  return text === '' ? undefined : unescaped(text.slice(0, longest));
}

/** Whether the call carries the context that we gave to this conversation. Untrusted: for notes, never for decisions. */
export function carriesOurContext(
  query: string,
  settings: Pick<SkypeForBusinessSettings, 'audience' | 'clientId'>,
  conversationId: string,
): boolean {
  return callbackContextIn(query) === callbackContextFor(settings, conversationId);
}
