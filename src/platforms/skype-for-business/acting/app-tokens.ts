import { isJsonObject, memberOf, parseJsonBytes, textOf, type JsonObject } from '../../../common/json/json.js';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { type OutboundAnswer } from '../../../common/outbound/outbound-http.js';
import { retryAfterSeconds } from '../../../common/outbound/retry-after.js';
import { NeedsAuthorization, PlatformUnavailable } from '../../platform.errors.js';
import { type PlatformAccount } from '../../platform-account.js';
import { settingsOf, type SkypeForBusinessSettings } from '../skype-for-business.settings.js';
import { AppMemory, type HeldToken } from './app-memory.js';

/** A token is renewed this long before its end, or at half of its life where that is shorter. */
const renewalMs = 300_000;
const timeoutMs = 10_000;
/** A token has a few kB. */
const maxBytes = 65_536;

/**
 * Access tokens of the app itself (client credentials), one per tenant, in memory. However many calls ask at once, one
 * request is made; while a renewal fails for something that passes, the token that still holds is given.
 *
 * The v1 endpoint wants `resource` and answers `expires_in` as text, the v2 endpoint wants a `scope` and answers a number.
 */
export class AppTokens {
  constructor(
    private readonly account: PlatformAccount,
    private readonly http: HttpCaller,
    private readonly now: () => number = Date.now,
    private readonly memory = new AppMemory(),
  ) {}

  /**
   * A token for a tenant, by its id or by a domain of it. Throws `NeedsAuthorization` where the authority does not take the
   * app or there is no client secret, `PlatformUnavailable` where it cannot answer now, and the errors of `HttpCaller`.
   */
  async token(tenant: string): Promise<string> {
    const held = this.memory.tokens.get(tenant);
    if (held !== undefined && this.now() < held.renewAtMs) return held.text;
    try {
      return (await this.#renewed(tenant)).text;
    } catch (error) {
      const isOver = held === undefined || this.now() >= held.expiresAtMs || error instanceof NeedsAuthorization;
      if (isOver) throw error;
      return held.text;
    }
  }

  /** The platform did not take this token: it is not given again. */
  forget(tenant: string, text: string): void {
    if (this.memory.tokens.get(tenant)?.text === text) this.memory.tokens.delete(tenant);
  }

  #renewed(tenant: string): Promise<HeldToken> {
    const known = this.memory.tokensUnderWay.get(tenant);
    if (known !== undefined) return known;
    const flight = this.#ask(tenant).finally(() => this.memory.tokensUnderWay.delete(tenant));
    this.memory.tokensUnderWay.set(tenant, flight);
    return flight;
  }

  async #ask(tenant: string): Promise<HeldToken> {
    const settings = settingsOf(this.account.settings);
    const secret = this.account.secret('clientSecret');
    if (secret === undefined) throw new NeedsAuthorization();
    const askedAtMs = this.now();
    const answer = await this.http.request({
      method: 'POST',
      url: endpointOf(settings, tenant),
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' },
      body: formFor(settings, secret),
      timeoutMs,
      maxBytes,
    });
    const held = this.#read(answer, askedAtMs);
    this.memory.tokens.set(tenant, held);
    return held;
  }

  #read(answer: OutboundAnswer, askedAtMs: number): HeldToken {
    const parsed = parseJsonBytes(answer.body);
    const body: JsonObject = parsed.ok && isJsonObject(parsed.value) ? parsed.value : {};
    if (answer.status !== 200) throw this.#refusal(answer, body);
    const text = textOf(body, 'access_token');
    const lifeMs = Number(memberOf(body, 'expires_in')) * 1_000;
    if (text === undefined || !(lifeMs > 0)) throw new PlatformUnavailable('token-endpoint');
    return {
      text,
      renewAtMs: askedAtMs + lifeMs - Math.min(renewalMs, lifeMs / 2),
      expiresAtMs: askedAtMs + lifeMs,
    };
  }

  /** Who the app is and what it asks for is decided by `error`; the rest passes (Entra, client credentials flow). */
  #refusal({ status, headers }: OutboundAnswer, body: JsonObject): Error {
    const error = textOf(body, 'error');
    const isDecided = (status === 400 || status === 401) && error !== undefined && error !== 'temporarily_unavailable';
    if (isDecided) return new NeedsAuthorization();
    const pause = retryAfterSeconds(headers['retry-after'], this.now());
    return new PlatformUnavailable('token-endpoint', pause === undefined ? {} : { retryAfterSeconds: pause });
  }
}

function endpointOf({ authorityUrl, tokenVersion }: SkypeForBusinessSettings, tenant: string): string {
  const path = tokenVersion === 'v1' ? 'oauth2/token' : 'oauth2/v2.0/token';
  return `${authorityUrl.replace(/\/+$/, '')}/${encodeURIComponent(tenant)}/${path}`;
}

function formFor({ clientId, resource, tokenVersion }: SkypeForBusinessSettings, secret: string): string {
  return new URLSearchParams({
    grant_type: 'client_credentials',
    client_id: clientId,
    client_secret: secret,
    ...(tokenVersion === 'v1' ? { resource } : { scope: `${resource}/.default` }),
  }).toString();
}
