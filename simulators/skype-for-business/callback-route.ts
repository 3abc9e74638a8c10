import { isRecord } from '../common/http-exchange.js';
import { type ReceiverAnswer } from './outbound-post.js';
import { type WireFormat } from './wire-format.js';

/**
 * Where the calls of one conversation go. A context comes with the request that starts it, or with the first 200 to a call
 * that had none: `{"CallbackContext": "…"}` as `application/json` (Webhooks.md).
 */
export class CallbackRoute {
  #context: string | undefined;

  constructor(
    private readonly url: () => string | undefined,
    context: string | undefined,
    private readonly escaping: () => WireFormat['contextEscaping'],
  ) {
    this.#context = context;
  }

  get context(): string | undefined {
    return this.#context;
  }

  /** The address as it goes on the wire, which a URL parser might not leave as it is; undefined without a callback. */
  get target(): string | undefined {
    const url = this.url();
    if (url === undefined || this.#context === undefined) return url;
    const joint = url.includes('?') ? '&' : '?';
    return `${url}${joint}callbackContext=${escapedContext(this.#context, this.escaping())}`;
  }

  learn(answer: ReceiverAnswer): void {
    if (this.#context !== undefined || answer.status !== 200) return;
    const type = (answer.headers['content-type'] ?? '').split(';', 1).join('').trim().toLowerCase();
    if (type !== 'application/json') return;
    const context = contextIn(answer.body);
    if (context !== undefined) this.#context = context;
  }
}

function contextIn(body: Buffer): string | undefined {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    const context = isRecord(parsed) ? parsed['CallbackContext'] : undefined;
    return typeof context === 'string' ? context : undefined;
  } catch {
    return undefined;
  }
}

/** `half` is what the SDK's tests show: `{"JobId":"1"%2c"InstanceId":"2"}`. */
function escapedContext(context: string, escaping: WireFormat['contextEscaping']): string {
  if (escaping === 'full') return encodeURIComponent(context);
  const kept = escaping === 'half' ? /[A-Za-z0-9\-_.~{}":]/ : /[!-~]/;
  return [...Buffer.from(context, 'utf8')]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      return kept.test(character) ? character : `%${byte.toString(16).padStart(2, '0')}`;
    })
    .join('');
}
