import { createHmac } from 'node:crypto';
import { type TestService } from './service.js';

export const webhookSecret = 'testwsecret';

export interface WatsonConnection {
  readonly id: string;
  readonly webhookUrl: string;
}

/** A Watson Work connection whose webhook secret is IBM's own sample secret. */
export async function connectWatson(
  service: TestService,
  options: { readonly secrets?: readonly unknown[]; readonly name?: string; readonly credential?: string } = {},
): Promise<WatsonConnection> {
  const answer = await service.call<WatsonConnection>('POST', '/v1/connections', {
    body: {
      platform: 'watson-work',
      name: options.name ?? 'Test app',
      settings: { appId: '0d00981e-eff2-4e84-88c0-6b1c76fa5801', apiUrl: 'http://127.0.0.1:1' },
      secrets: { appSecret: 'app-secret', webhookSecrets: options.secrets ?? [webhookSecret] },
    },
    ...(options.credential === undefined ? {} : { credential: options.credential }),
  });
  if (answer.status !== 201) throw new Error(`connection refused: ${answer.status} ${JSON.stringify(answer.body)}`);
  return answer.body;
}

/** Signs as the platform does; an implementation apart from the one under test. */
export function sign(body: string | Uint8Array, secret = webhookSecret): string {
  return createHmac('sha256', secret).update(body).digest('hex');
}

export interface Sent {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** POSTs a webhook call, signed unless a token is given; `token: null` sends none. */
export async function deliver(
  url: string,
  body: object | string | Uint8Array,
  options: {
    readonly token?: string | null;
    readonly secret?: string;
    readonly headers?: Readonly<Record<string, string>>;
  } = {},
): Promise<Sent> {
  const bytes =
    typeof body === 'string'
      ? Buffer.from(body)
      : body instanceof Uint8Array
        ? body
        : Buffer.from(JSON.stringify(body));
  const token = options.token === undefined ? sign(bytes, options.secret) : options.token;
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      'content-type': 'application/json;charset=UTF-8',
      ...(token === null ? {} : { 'x-outbound-token': token }),
      ...options.headers,
    },
    body: Buffer.from(bytes),
  });
  return { status: response.status, headers: response.headers, text: await response.text() };
}
