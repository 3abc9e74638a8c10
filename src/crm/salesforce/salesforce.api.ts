import { Connection } from 'jsforce/lib/connection.js';
import { isJsonObject, memberOf, type JsonObject } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { OutcomeUnknown, PlatformUnavailable } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { answerOf } from '../crm-call.js';
import { type DailyLimit } from './salesforce.daily-limit.js';
import { errorOf, type Asked } from './salesforce.errors.js';
import { type SalesforceOrg } from './salesforce.settings.js';
import { GuardedTransport } from './salesforce.transport.js';

export interface SalesforceCall {
  readonly method: 'GET' | 'PATCH' | 'DELETE';
  /** From the version on, for example `/sobjects/Task/00T…`. */
  readonly path: string;
  readonly body?: JsonObject;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Rows of a query, of which there may be more. */
export interface QueryRows {
  readonly rows: readonly JsonObject[];
  readonly isWhole: boolean;
}

/** The REST API of one org. jsforce knows its addresses and forms; tokens, tries and the way out are ours. */
export class SalesforceApi {
  constructor(
    private readonly org: SalesforceOrg,
    private readonly account: PlatformAccount,
    private readonly http: HttpCaller,
    private readonly limit: DailyLimit,
  ) {}

  /** Sends once and answers the body; undefined where that is no object. Throws as `ConnectorCalls` say. */
  async call({ method, path, body, headers = {} }: SalesforceCall): Promise<JsonObject | undefined> {
    const { instanceUrl, apiVersion, keyField } = this.org;
    const asked: Asked = { effect: method === 'GET' ? 'reads' : 'writes', keyField };
    this.limit.heed(instanceUrl);
    const accessToken = await this.account.appToken();
    const connection = new Connection({ instanceUrl, version: apiVersion, accessToken, logLevel: 'NONE' });
    connection._transport = new GuardedTransport(async (call) => {
      const answer = await answerOf(this.http, call, asked.effect);
      this.limit.note(instanceUrl, answer.headers['sforce-limit-info']);
      if (answer.status < 200 || answer.status > 299) throw errorOf(answer, asked);
      return answer;
    });
    const answered = await connection.request({
      method,
      url: path,
      headers: { ...headers, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    return isJsonObject(answered) ? answered : undefined;
  }

  /** An object that is there. Throws `PlatformUnavailable` for an answer that cannot be read, and as `call`. */
  async get(path: string): Promise<JsonObject> {
    const answered = await this.call({ method: 'GET', path });
    if (answered === undefined) throw new PlatformUnavailable('no-usable-answer');
    return answered;
  }

  /** Makes or changes what has that external id, and answers its id (Salesforce, "Upsert a Record Using an External ID"). */
  async upsert(path: string, body: JsonObject): Promise<string> {
    const answered = await this.call({ method: 'PATCH', path, body });
    const id = answered === undefined ? undefined : memberOf(answered, 'id');
    if (typeof id !== 'string') throw new OutcomeUnknown();
    return id;
  }

  /** The first rows of a query, in one call. Throws as `get`. */
  async query(soql: string): Promise<QueryRows> {
    const answered = await this.get(`/query?q=${encodeURIComponent(soql)}`);
    const records = memberOf(answered, 'records');
    if (!Array.isArray(records)) throw new PlatformUnavailable('no-usable-answer');
    return { rows: records.filter(isJsonObject), isWhole: memberOf(answered, 'done') === true };
  }
}
