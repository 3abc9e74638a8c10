import { createHmac } from 'node:crypto';

/** A call that HubSpot makes. */
export interface WebhookCall {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface WebhookTarget {
  /** The address as it is entered in the app's settings. */
  readonly url: string;
  readonly clientSecret: string;
}

/** Signed as X-HubSpot-Signature-v3, with the older signature beside it, as real calls are. */
export function webhookCall(
  { url, clientSecret }: WebhookTarget,
  events: readonly Readonly<Record<string, unknown>>[],
  nowMs: number,
): WebhookCall {
  const body = JSON.stringify(events);
  const timestamp = String(nowMs);
  const signed = `POST${decodedUri(url)}${body}${timestamp}`;
  return {
    url,
    body,
    headers: {
      'content-type': 'application/json',
      'user-agent': 'HubSpot Connect 2.0 (https://developers.hubspot.com/)',
      'x-hubspot-request-timestamp': timestamp,
      'x-hubspot-signature': createHmac('sha256', 'older').update(body).digest('hex'),
      'x-hubspot-signature-version': 'v1',
      'x-hubspot-signature-v3': createHmac('sha256', clientSecret).update(signed).digest('base64'),
    },
  };
}

/** HubSpot decodes these escapes, and leaves the others. */
function decodedUri(url: string): string {
  const pairs = ['3A:', '2F/', '3F?', '40@', '21!', '24$', "27'", '28(', '29)', '2A*', '2C,', '3B;'];
  return pairs.reduce((text, pair) => {
    const [code, character] = [pair.slice(0, 2), pair.slice(2)];
    return text.split(`%${code}`).join(character).split(`%${code.toLowerCase()}`).join(character);
  }, url);
}
