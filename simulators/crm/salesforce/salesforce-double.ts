import { isRecord, jsonObject, type HttpCall } from '../../common/http-exchange.js';
import { type CrmDouble, type CrmFault, type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { CrmServer, type CrmAnswer } from '../common/crm-server.js';
import { ApiError, notFound } from './api-error.js';
import { OAuth } from './oauth.js';
import { Org } from './org.js';
import { parseSoql, type Row } from './soql.js';

const recordPath = /^\/sobjects\/(Account|Contact|Opportunity|Case)\/([^/]+)$/;
const taskPath = /^\/sobjects\/Task\/([^/]+)(?:\/([^/]+))?$/;

/** An org of Salesforce: OAuth, tasks by id and by an external id that is unique, queries, the daily limit. */
export class SalesforceDouble implements CrmDouble {
  readonly org = new Org('Liaison_Key__c');
  readonly oauth: OAuth;
  /** The daily limit, and how much of it is used. */
  readonly usage = { used: 0, limit: 100_000 };
  #server: CrmServer | undefined;

  private constructor(clientId: string, clientSecret: string) {
    this.oauth = new OAuth(clientId, clientSecret, () => this.url);
  }

  static async start(client: { readonly id: string; readonly secret: string }): Promise<SalesforceDouble> {
    const double = new SalesforceDouble(client.id, client.secret);
    double.#server = await CrmServer.start(
      (call) => double.#take(call),
      ({ method, path }) => method !== 'GET' && path.startsWith('/services/data/'),
    );
    return double;
  }

  get url(): string {
    return this.#listening.url;
  }

  get calls(): CrmDouble['calls'] {
    return this.#listening.calls;
  }

  addRecord(record: DoubleRecord): string {
    return this.org.addRecord(record);
  }

  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    this.org.changeRecord(externalId, change);
  }

  removeRecord(externalId: string): void {
    this.org.removeRecord(externalId);
  }

  fieldsOf(externalId: string): Readonly<Record<string, unknown>> {
    return this.org.record(externalId);
  }

  setFields(externalId: string, fields: Row): void {
    this.org.setFields(externalId, fields);
  }

  entries(): readonly DoubleEntry[] {
    return this.org.entries();
  }

  changeEntry(externalId: string, { title, text }: { readonly title?: string; readonly text?: string }): void {
    this.org.changeTask(externalId, {
      ...(title === undefined ? {} : { Subject: title }),
      ...(text === undefined ? {} : { Description: text }),
    });
  }

  removeEntry(externalId: string): void {
    this.org.removeTask(externalId);
  }

  failNext(fault: CrmFault): void {
    this.#listening.failNext(fault);
  }

  calm(): void {
    this.#listening.calm();
  }

  async close(): Promise<void> {
    await this.#listening.close();
  }

  get #listening(): CrmServer {
    if (this.#server === undefined) throw new Error('the org is not listening');
    return this.#server;
  }

  #take(call: HttpCall): CrmAnswer {
    if (call.path.startsWith('/services/oauth2/')) return this.oauth.answer(call);
    try {
      if (!this.oauth.takes(call.headers.authorization)) {
        throw new ApiError(401, 'INVALID_SESSION_ID', 'Session expired or invalid');
      }
      if (this.usage.used >= this.usage.limit) {
        throw new ApiError(403, 'REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.');
      }
      this.usage.used += 1;
      const { used, limit } = this.usage;
      const answer = this.#api(call);
      return { ...answer, headers: { ...answer.headers, 'Sforce-Limit-Info': `api-usage=${used}/${limit}` } };
    } catch (error) {
      if (error instanceof ApiError) return error.answer;
      throw error;
    }
  }

  #api(call: HttpCall): CrmAnswer {
    const [, path] = /^\/services\/data\/v\d+\.0(\/.*)$/.exec(call.path) ?? [];
    if (path === undefined) throw notFound();
    if (path === '/query') return { status: 200, body: this.org.query(parseSoql(call.query.get('q') ?? '')) };
    const [, object, recordId] = recordPath.exec(path) ?? [];
    if (object !== undefined && recordId !== undefined) return this.#record(object, recordId, call);
    const [, first, second] = taskPath.exec(path) ?? [];
    if (first === undefined) throw notFound();
    const [one, key] = [decodeURIComponent(first), second === undefined ? undefined : decodeURIComponent(second)];
    const find = (): Row => (key === undefined ? this.org.task(one) : this.org.taskByKey(one, key));
    if (call.method === 'GET') return { status: 200, body: taskBody(find(), call.query.get('fields')) };
    if (call.method === 'DELETE') {
      this.org.removeTask(String(find()['Id']));
      return { status: 204 };
    }
    if (call.method !== 'PATCH') throw new ApiError(405, 'METHOD_NOT_ALLOWED', 'HTTP Method not allowed.');
    const fields = fieldsIn(call);
    return key === undefined ? this.#change(find(), fields, call) : this.#upsert(one, key, fields);
  }

  #record(object: string, id: string, call: HttpCall): CrmAnswer {
    const row = this.org.record(id);
    if (row['object'] !== object) throw notFound();
    if (call.method === 'GET') {
      const names = call.query.get('fields')?.split(',') ?? [];
      this.org.checkNames(object, names);
      return { status: 200, body: taskBody(row, names.join(',')) };
    }
    if (call.method !== 'PATCH') throw new ApiError(405, 'METHOD_NOT_ALLOWED', 'HTTP Method not allowed.');
    this.org.setFields(id, fieldsIn(call));
    return { status: 204 };
  }

  #change(row: Row, fields: Row, { headers }: HttpCall): CrmAnswer {
    const unmodifiedSince = headers['if-unmodified-since'];
    const changedAt = Date.parse(String(row['SystemModstamp']).replace('+0000', 'Z'));
    if (unmodifiedSince !== undefined && changedAt > Date.parse(unmodifiedSince)) return { status: 412 };
    this.org.changeTask(String(row['Id']), fields);
    return { status: 204 };
  }

  #upsert(field: string, key: string, fields: Row): CrmAnswer {
    let id: string;
    let created = false;
    try {
      id = String(this.org.taskByKey(field, key)['Id']);
      this.org.changeTask(id, fields);
    } catch (error) {
      if (!(error instanceof ApiError) || error.code !== 'NOT_FOUND' || field !== this.org.keyField) throw error;
      id = this.org.createTask(key, fields);
      created = true;
    }
    return { status: created ? 201 : 200, body: { id, success: true, errors: [], created } };
  }
}

function taskBody(row: Row, fields: string | null): Readonly<Record<string, unknown>> {
  const names = fields?.split(',') ?? Object.keys(row);
  return { attributes: { type: 'Task' }, ...Object.fromEntries(names.map((name) => [name, row[name] ?? null])) };
}

function fieldsIn({ body }: HttpCall): Row {
  const told = jsonObject(body.toString('utf8'));
  if (!isRecord(told)) throw new ApiError(400, 'JSON_PARSER_ERROR', 'Unexpected character');
  const fields: Record<string, Row[string]> = {};
  for (const [name, value] of Object.entries(told)) {
    if (value !== null && typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') {
      throw new ApiError(400, 'JSON_PARSER_ERROR', `Cannot deserialize ${name}`);
    }
    // Empty text is no text.
    fields[name] = value === '' ? null : value;
  }
  return fields;
}
