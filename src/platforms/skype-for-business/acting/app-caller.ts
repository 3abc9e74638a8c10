import { isJsonObject, parseJsonBytes, type JsonObject } from '../../../common/json/json.js';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { type OutboundAnswer, type OutboundCall } from '../../../common/outbound/outbound-http.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { type SkypeForBusinessSettings } from '../skype-for-business.settings.js';
import { trustedHref } from '../trusted-href.js';
import { HrefNotTrusted } from './acting.errors.js';
import { type AppTokens } from './app-tokens.js';
import { refusalIn } from './refusal.js';

/** One call of the platform's API with the app's token. */
export interface AppCall extends Pick<OutboundCall, 'method' | 'body' | 'headers'> {
  /** Absolute, or relative to `base`. */
  readonly href: string;
  /** Where the href was found; `apiUrl` where nothing is said. */
  readonly base?: string | undefined;
  readonly tenant: string;
}

export interface AppAnswer {
  readonly status: number;
  /** Where the answer came from, which is the base of the hrefs in it. */
  readonly url: string;
  readonly location: string | undefined;
  /** The body where it is a JSON object, else empty. */
  readonly resource: JsonObject;
}

/** The SDK waits 30 s for an answer; the platform asks our webhook before it gives some. */
const timeoutMs = 30_000;
const maxBytes = 1_048_576;

/**
 * Calls the platform with the app's token, which goes to trusted hosts only, over redirects too: a 307 repeats method, body
 * and token at its Location, once (the platform hands apps from host to host like this). A token that is not taken is
 * renewed once. Every call has a deadline.
 */
export class AppCaller {
  constructor(
    private readonly settings: SkypeForBusinessSettings,
    private readonly tokens: AppTokens,
    private readonly http: HttpCaller,
    private readonly now: () => number = Date.now,
  ) {}

  /**
   * Answers what is below 400. Throws `CallRefused`, `PlatformUnavailable`, `NeedsAuthorization`, `HrefNotTrusted`, and the
   * errors of `HttpCaller`, after which the platform may have acted.
   */
  async call(call: AppCall): Promise<AppAnswer> {
    const url = this.#trusted(call.href, call.base);
    const first = await this.#exchange(call, url);
    const redirected = first.answer.status === 307;
    const last = redirected ? await this.#exchange(call, this.#redirect(first)) : first;
    if (last.answer.status >= 400) throw refusalIn(last.answer, this.now());
    if (last.answer.status >= 300) throw new PlatformUnavailable('redirect');
    return {
      status: last.answer.status,
      url: last.url,
      location: last.answer.headers['location'],
      resource: objectIn(last.answer.body),
    };
  }

  async #exchange(call: AppCall, url: string): Promise<{ readonly answer: OutboundAnswer; readonly url: string }> {
    const token = await this.tokens.token(call.tenant);
    const answer = await this.#send(call, url, token);
    if (answer.status !== 401) return { answer, url };
    this.tokens.forget(call.tenant, token);
    const renewed = await this.tokens.token(call.tenant);
    if (renewed === token) throw new NeedsAuthorization();
    return { answer: await this.#send(call, url, renewed), url };
  }

  #send({ method, headers = {}, body }: AppCall, url: string, token: string): Promise<OutboundAnswer> {
    return this.http.request({
      method,
      url,
      headers: { accept: 'application/json', ...headers, authorization: `Bearer ${token}` },
      body,
      timeoutMs,
      maxBytes,
    });
  }

  #redirect({ answer, url }: { readonly answer: OutboundAnswer; readonly url: string }): string {
    const location = answer.headers['location'];
    if (location === undefined) throw new PlatformUnavailable('redirect');
    return this.#trusted(location, url);
  }

  #trusted(href: string, base: string | undefined): string {
    const url = trustedHref(href, this.settings, base);
    if (url === undefined) throw new HrefNotTrusted();
    return url;
  }
}

function objectIn(body: Buffer): JsonObject {
  const parsed = parseJsonBytes(body);
  return parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
}
