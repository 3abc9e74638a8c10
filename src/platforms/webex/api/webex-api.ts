import { isJsonObject, memberOf, type JsonObject, type JsonValue } from '../../../common/json/json.js';
import { type HttpCaller } from '../../../common/outbound/http-caller.js';
import { type Secret } from '../../../common/security/secret.js';
import { apiUrlOf, readBase, type ApiPath, type ApiQuery } from './api-url.js';
import { nextLink } from './next-link.js';
import { brokenContract, type WebexMethod } from './refusal.js';
import { type WebexAnswer } from './webex-answer.js';
import { WebexRefusal } from './webex-api.errors.js';
import { exchange } from './webex-exchange.js';

/** The token of the moment, asked for before every call, so that a refreshed one is used at once. */
export type BearerToken = () => Secret | Promise<Secret>;

export interface WebexApiSettings {
  readonly apiUrl: string;
  readonly token: BearerToken;
  /** For each single call; 10 seconds where nothing is said. */
  readonly timeoutMs?: number | undefined;
}

export interface PageLimits {
  /** More pages are taken for an error; 1000 where nothing is said. */
  readonly maxPages?: number | undefined;
}

const mostPages = 1_000;
/** Visible ASCII: what a header can hold (RFC 6750 section 2.1 allows less). */
const tokenPattern = /^[\x21-\x7e]+$/;

/**
 * The REST API of Webex as one holder of a token sees it. The token goes to the origin of `apiUrl` and nowhere else. Every
 * method throws `WebexRefusal` for what is not a 2xx, and what `token` throws.
 */
export class WebexApi {
  readonly #base: string;

  constructor(
    private readonly http: HttpCaller,
    private readonly settings: WebexApiSettings,
  ) {
    this.#base = readBase(settings.apiUrl);
  }

  get(path: ApiPath, query?: ApiQuery, signal?: AbortSignal): Promise<WebexAnswer> {
    return this.#call('GET', apiUrlOf(this.#base, path, query), undefined, signal);
  }

  post(path: ApiPath, body: JsonObject, signal?: AbortSignal): Promise<WebexAnswer> {
    return this.#call('POST', apiUrlOf(this.#base, path), body, signal);
  }

  put(path: ApiPath, body: JsonObject, signal?: AbortSignal): Promise<WebexAnswer> {
    return this.#call('PUT', apiUrlOf(this.#base, path), body, signal);
  }

  delete(path: ApiPath, query?: ApiQuery, signal?: AbortSignal): Promise<WebexAnswer> {
    return this.#call('DELETE', apiUrlOf(this.#base, path, query), undefined, signal);
  }

  /**
   * The pages of a list, in Webex's order, with their bytes. Follows `Link: rel="next"` as it is written through empty pages
   * until there is none. Throws `WebexRefusal` ('invalid') for a link to another origin, a page that comes again, and more
   * pages than allowed; never ends early in silence.
   */
  async *pages(
    path: ApiPath,
    query: ApiQuery = {},
    { maxPages = mostPages }: PageLimits = {},
    signal?: AbortSignal,
  ): AsyncGenerator<WebexAnswer, void, undefined> {
    const seen = new Set<string>();
    let url: URL | undefined = apiUrlOf(this.#base, path, query);
    while (url !== undefined) {
      if (seen.has(url.href)) throw brokenContract('The pages of a Webex list lead in a circle.');
      if (seen.size >= maxPages) throw brokenContract('A Webex list has too many pages.');
      seen.add(url.href);
      const answer: WebexAnswer = await this.#call('GET', url, undefined, signal);
      yield answer;
      url = this.#next(answer, url);
    }
  }

  /** The things on all pages of a list. Throws like `pages`, and for a page without the member `items`. */
  async *items(
    path: ApiPath,
    query: ApiQuery = {},
    limits: PageLimits = {},
    signal?: AbortSignal,
  ): AsyncGenerator<JsonObject, void, undefined> {
    for await (const page of this.pages(path, query, limits, signal)) yield* itemsOf(page);
  }

  #next(answer: WebexAnswer, current: URL): URL | undefined {
    const link = nextLink(answer.headers['link']);
    if (link === undefined) return undefined;
    if (!URL.canParse(link, current.href)) throw brokenContract('The next page of a Webex list has no URL.', answer);
    const next = new URL(link, current);
    if (next.origin !== current.origin) {
      throw brokenContract('The next page of a Webex list is said to be on another server.', answer);
    }
    return next;
  }

  async #call(method: WebexMethod, url: URL, body?: JsonValue, signal?: AbortSignal): Promise<WebexAnswer> {
    const token = (await this.settings.token()).reveal();
    if (!tokenPattern.test(token)) throw new WebexRefusal({ outcome: 'auth', detail: 'The token for Webex is none.' });
    return exchange(this.http, {
      method,
      url,
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json; charset=utf-8' }),
      },
      body: body === undefined ? undefined : JSON.stringify(body),
      timeoutMs: this.settings.timeoutMs,
      signal,
    });
  }
}

/** The things on one page; what is no object is left out. Throws `WebexRefusal` where there is no list of them. */
export function itemsOf(page: WebexAnswer): readonly JsonObject[] {
  const items = isJsonObject(page.json) ? memberOf(page.json, 'items') : undefined;
  if (!Array.isArray(items)) throw brokenContract('A page of a Webex list has no items.', page);
  return items.filter(isJsonObject);
}
