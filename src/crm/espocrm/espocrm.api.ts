import { type JsonObject, isJsonObject, memberOf, parseJsonBytes } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { hmac, hmacKey } from '../../common/security/hmac.js';
import { addressOf } from '../../platforms/address.js';
import { NeedsAuthorization, OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { CrmRefused } from '../crm.errors.js';
import { answerOf } from '../crm-call.js';
import { type RecordKind } from '../crm-record.js';
import { errorOf } from './espocrm.errors.js';
import { entityTypes } from './espocrm.records.js';

/** Ids are 17 hex digits, or UUIDs on some systems; whatever else comes must not become a path. */
const idPattern = /^[\w-]{1,64}$/;

/** A condition of a search; each takes its value to the letter as long as it has no `%`, `_` or `\`. */
export interface Where {
  readonly type: 'equals' | 'contains' | 'endsWith';
  readonly attribute: string;
  readonly value: string;
}

export interface Listing {
  readonly where: readonly Where[];
  readonly select: readonly string[];
  readonly orderBy: string;
  /** Ascending unless said. */
  readonly order?: 'asc' | 'desc';
  readonly maxSize: number;
}

/** EspoCRM's REST API (`/api/v1`), one call each. Throws as `ConnectorCalls` says. */
export class EspocrmApi {
  constructor(
    private readonly account: PlatformAccount,
    private readonly http: HttpCaller,
  ) {}

  /** The entity; undefined where there is none, or none any more (administrators are shown deleted ones, too). */
  async read(entityType: string, id: string): Promise<JsonObject | undefined> {
    if (!idPattern.test(id)) return undefined;
    const answer = await this.#call('GET', `${entityType}/${id}`);
    if (answer.status === 404) return undefined;
    const entity = objectOf(answer, 'reads');
    return memberOf(entity, 'deleted') === true ? undefined : entity;
  }

  /** What EspoCRM answers about a record, byte for byte: the record, that there is none (404), or that it is not for us (403). */
  async answerAbout(kind: RecordKind, id: string): Promise<Pick<OutboundAnswer, 'status' | 'body'>> {
    if (!idPattern.test(id)) return { status: 404, body: Buffer.alloc(0) };
    const answer = await this.#call('GET', `${entityTypes[kind]}/${id}`);
    if (isGood(answer) || answer.status === 404 || answer.status === 403) return answer;
    const error = errorOf(answer, 'reads');
    throw error instanceof CrmRefused ? new PlatformUnavailable('no-usable-answer') : error;
  }

  async list(
    entityType: string,
    { where, select, orderBy, order = 'asc', maxSize }: Listing,
  ): Promise<readonly JsonObject[]> {
    const query = new URLSearchParams({ select: select.join(','), orderBy, order, maxSize: String(maxSize) });
    where.forEach(({ type, attribute, value }, index) => {
      query.append(`where[${index}][type]`, type);
      query.append(`where[${index}][attribute]`, attribute);
      query.append(`where[${index}][value]`, value);
    });
    const found = memberOf(objectOf(await this.#call('GET', entityType, { query }), 'reads'), 'list');
    if (!Array.isArray(found)) throw new PlatformUnavailable('no-usable-answer');
    return found.filter(isJsonObject);
  }

  async create(entityType: string, attributes: JsonObject): Promise<JsonObject> {
    return objectOf(await this.#call('POST', entityType, { body: attributes }), 'writes');
  }

  /** Throws `EntryStale` where the entity has version numbers and another one than `versionNumber`. */
  async update(
    entityType: string,
    id: string,
    attributes: JsonObject,
    versionNumber: number | undefined,
  ): Promise<JsonObject> {
    if (!idPattern.test(id)) throw new CrmRefused('gone', undefined);
    const headers = versionNumber === undefined ? {} : { 'x-version-number': String(versionNumber) };
    return objectOf(await this.#call('PUT', `${entityType}/${id}`, { body: attributes, headers }), 'writes');
  }

  /** One that is not there is no error. */
  async remove(entityType: string, id: string): Promise<void> {
    if (!idPattern.test(id)) return;
    const answer = await this.#call('DELETE', `${entityType}/${id}`);
    if (answer.status !== 404 && !isGood(answer)) throw errorOf(answer, 'writes');
  }

  #call(
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    {
      body,
      headers,
      query,
    }: {
      readonly body?: JsonObject;
      readonly headers?: Readonly<Record<string, string>>;
      readonly query?: URLSearchParams;
    } = {},
  ): Promise<OutboundAnswer> {
    const search = query === undefined ? '' : `?${query.toString()}`;
    return answerOf(
      this.http,
      {
        method,
        url: `${addressOf(this.account.settings['siteUrl'])}/api/v1/${path}${search}`,
        headers: {
          accept: 'application/json',
          ...this.#authorization(method, path),
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      },
      method === 'GET' ? 'reads' : 'writes',
    );
  }

  /** By HMAC over method and path where there is a secret key, else by the API key alone. */
  #authorization(method: string, path: string): Readonly<Record<string, string>> {
    const apiKey = this.account.secret('apiKey');
    const secretKey = this.account.secret('secretKey');
    if (apiKey === undefined) throw new NeedsAuthorization();
    if (secretKey === undefined) return { 'x-api-key': apiKey };
    const mac = hmac('sha256', hmacKey(secretKey), Buffer.from(`${method} /${path}`));
    return { 'x-hmac-authorization': Buffer.concat([Buffer.from(`${apiKey}:`), mac]).toString('base64') };
  }
}

function isGood({ status }: OutboundAnswer): boolean {
  return status >= 200 && status <= 299;
}

function objectOf(answer: OutboundAnswer, effect: 'reads' | 'writes'): JsonObject {
  if (!isGood(answer)) throw errorOf(answer, effect);
  const parsed = parseJsonBytes(answer.body);
  if (parsed.ok && isJsonObject(parsed.value)) return parsed.value;
  throw effect === 'writes' ? new OutcomeUnknown() : new PlatformUnavailable('no-usable-answer');
}
