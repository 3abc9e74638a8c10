import { withParameter } from './endpoint-address.js';

/** Where events of a conversation shall go. */
export interface CallbackChoice {
  /** An address for this conversation only. */
  readonly callbackUrl?: string;
  /** The address for all conversations of this connection that we start, where it is not the registered one. */
  readonly configuredUrl?: string;
  /** A text that comes along with every event. */
  readonly callbackContext?: string;
}

/**
 * What a request that starts a conversation says about callbacks; the platform takes one of the two (Webhooks.md, and the
 * rule of the SDK): an address of its own stands alone, a context goes into the configured address where there is one, and
 * else it goes alone.
 */
export function callbackFields({
  callbackUrl,
  configuredUrl,
  callbackContext,
}: CallbackChoice): { readonly callbackUrl: string } | { readonly callbackContext: string } | Record<string, never> {
  if (callbackUrl !== undefined) return { callbackUrl };
  if (configuredUrl !== undefined) {
    const isPlain = callbackContext === undefined;
    return { callbackUrl: isPlain ? configuredUrl : withParameter(configuredUrl, 'callbackContext', callbackContext) };
  }
  return callbackContext === undefined ? {} : { callbackContext };
}
