import {
  BasicApi,
  createConfiguration,
  ResponseContext,
  SearchApi,
  ServerConfiguration,
  wrapHttpLibrary,
  type SimplePublicObject,
} from '@hubspot/api-client/lib/codegen/crm/objects/index.js';
import {
  filledTextOf,
  isJsonObject,
  memberOf,
  parseJsonBytes,
  textOf,
  type JsonObject,
} from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { type OutboundAnswer, type OutboundCall } from '../../common/outbound/outbound-http.js';
import { NeedsAuthorization } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { answerOf } from '../crm-call.js';
import { errorOf, lostAnswer } from './hubspot.errors.js';
import { publicHubSpotApi } from './hubspot.settings.js';

type Effect = 'reads' | 'writes';

/** Visible ASCII: what a header can hold. */
const tokenPattern = /^[\x21-\x7e]+$/;

function effectOf({ method, url }: Pick<OutboundCall, 'method' | 'url'>): Effect {
  return method === 'GET' || url.endsWith('/search') ? 'reads' : 'writes';
}

/** The API's base URL, without slashes at its end. */
export function apiUrlOf({ settings }: PlatformAccount): string {
  const { apiUrl } = settings;
  return (typeof apiUrl === 'string' ? apiUrl : publicHubSpotApi).replace(/\/+$/, '');
}

/**
 * HubSpot's own library for objects, without what it brings for the way there: each call goes once by `HttpCaller` with the
 * account's token of the moment. Its `Client` is left out, which keeps retries and limits for the whole process. Every call
 * throws as `ConnectorCalls` says.
 */
export class HubSpotApi {
  readonly objects: BasicApi;
  readonly search: SearchApi;
  readonly #base: string;

  constructor(
    private readonly account: PlatformAccount,
    private readonly http: HttpCaller,
  ) {
    this.#base = apiUrlOf(account);
    const configuration = createConfiguration({
      baseServer: new ServerConfiguration(this.#base, {}),
      httpApi: wrapHttpLibrary({
        send: async (request) => {
          const body = request.getBody();
          const call = {
            // Of the methods that the library's enumeration has, objects need those that `OutboundCall` names.
            method: request.getHttpMethod().toString() as OutboundCall['method'],
            url: request.getUrl(),
            body: typeof body === 'string' ? body : undefined,
          };
          const { status, headers, bytes, value } = await this.#json(call);
          if (status !== 204 && !isWhole(value)) throw lostAnswer(effectOf(call));
          return new ResponseContext(
            status,
            { ...headers, 'content-type': 'application/json' },
            { text: () => Promise.resolve(bytes.toString('utf8')), binary: () => Promise.resolve(bytes) },
          );
        },
      }),
    });
    this.objects = new BasicApi(configuration);
    this.search = new SearchApi(configuration);
  }

  /** A call that the library's part for objects does not have. */
  async post(path: string, body: JsonObject): Promise<void> {
    await this.#json({ method: 'POST', url: `${this.#base}${path}`, body: JSON.stringify(body) });
  }

  /** The object at that path. */
  async get(path: string): Promise<JsonObject> {
    return (await this.#json({ method: 'GET', url: `${this.#base}${path}`, body: undefined })).value;
  }

  /** What is at that path, byte for byte and whatever the status. */
  async answer(path: string): Promise<OutboundAnswer> {
    return this.#send({ method: 'GET', url: `${this.#base}${path}`, body: undefined }, 'reads');
  }

  /** Sends, and makes sure that the library is given JSON objects of good answers only: it reads leniently, and tells of the rest badly. */
  async #json(
    call: Pick<OutboundCall, 'method' | 'url' | 'body'>,
  ): Promise<{ status: number; headers: Readonly<Record<string, string>>; bytes: Buffer; value: JsonObject }> {
    const effect = effectOf(call);
    const answer = await this.#send(call, effect);
    const { status, headers, body: bytes } = answer;
    if (status < 200 || status > 299) throw errorOf(answer, effect);
    if (status === 204) return { status, headers, bytes, value: {} };
    const parsed = parseJsonBytes(bytes);
    if (!parsed.ok || !isJsonObject(parsed.value)) throw lostAnswer(effect);
    return { status, headers, bytes, value: parsed.value };
  }

  async #send(call: Pick<OutboundCall, 'method' | 'url' | 'body'>, effect: Effect): Promise<OutboundAnswer> {
    const token = await this.account.appToken();
    if (!tokenPattern.test(token)) throw new NeedsAuthorization();
    const headers = {
      accept: 'application/json',
      authorization: `Bearer ${token}`,
      ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
    };
    return answerOf(this.http, { ...call, headers }, effect);
  }
}

/** An object as HubSpot answers it; the library's types promise it, and `HubSpotApi` sees to it. */
export type HubSpotObject = Pick<SimplePublicObject, 'id' | 'properties' | 'updatedAt'>;

/** Whether an answer holds what the library says of it: it would give out anything for an object. */
function isWhole(answer: JsonObject): boolean {
  const results = memberOf(answer, 'results');
  return Array.isArray(results)
    ? results.every((result) => isJsonObject(result) && isObject(result))
    : isObject(answer);
}

function isObject(value: JsonObject): boolean {
  const properties = memberOf(value, 'properties');
  return (
    filledTextOf(value, 'id') !== undefined &&
    !Number.isNaN(Date.parse(textOf(value, 'updatedAt') ?? '')) &&
    isJsonObject(properties) &&
    Object.values(properties).every((property) => typeof property === 'string' || property === null)
  );
}
