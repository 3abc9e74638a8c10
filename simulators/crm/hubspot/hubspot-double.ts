import { isRecord, jsonObject, type HttpCall } from '../../common/http-exchange.js';
import { type CrmDouble, type CrmFault, type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { CrmServer, type CrmAnswer } from '../common/crm-server.js';
import { editedHtml, readEntry } from './entry-html.js';
import { errorAnswer, invalidProperties, notFound, tooManyCalls, type PropertyFault } from './error-body.js';
import { tokenAnswer, type InstalledApp } from './oauth-endpoint.js';
import { searchAnswer } from './search.js';
import {
  associationTypes,
  entryProperties,
  isObjectType,
  objectTypes,
  shown,
  type ObjectType,
  type StoredObject,
} from './stored-object.js';
import { webhookCall, type WebhookCall, type WebhookTarget } from './webhook-call.js';

const keyProperty = 'liaison_key';
const typeOfKind = { account: 'companies', contact: 'contacts', opportunity: 'deals', case: 'tickets' } as const;
const longestBody = 65_536;
const intervalMs = 10_000;
const api = /^\/crm\/v3\/(objects|properties)\/([a-z_]+)(?:\/([^/]+))?$/;

export interface HubSpotOptions {
  readonly accessToken: string;
  readonly portalId: string;
  /** How late the search finds what changed. */
  readonly searchLagMs?: number;
  /** How many calls it takes within ten seconds, searches apart; 1,000,000 where nothing is said, as tests are in a hurry. */
  readonly callsPerTenSeconds?: number;
  /** An app with OAuth that the account has installed. */
  readonly app?: InstalledApp;
}

/**
 * HubSpot as its public documentation and people's reports describe it, as far as the connector uses it: objects with
 * properties and associations, unique properties, search, errors, headers of limits, signed webhooks. docs/crm/hubspot.md says what of
 * it was not seen on the real one.
 */
export class HubSpotDouble implements CrmDouble {
  readonly #objects = new Map<string, StoredObject>();
  /** Custom properties by type, with whether their values are unique. */
  readonly #custom = new Map<string, boolean>();
  readonly #groups = new Set<string>();
  readonly #owners = new Map<string, Readonly<Record<string, unknown>>>();
  /** Labels by the ids of stages, by the type that they are of. */
  readonly #stages = { deals: new Map<string, string>(), tickets: new Map<string, string>() };
  readonly #webhooks: WebhookTarget[] = [];
  /** What was sent to webhooks, in order; whoever tests delivers it. */
  readonly sent: WebhookCall[] = [];
  #server: CrmServer | undefined;
  #lastId = 100;
  #lastMs = 0;
  #lastEvent = 0;
  /** When the calls of the last ten seconds came, in ms since the epoch. */
  #times: readonly number[] = [];

  private constructor(private readonly options: HubSpotOptions) {}

  static async start(options: HubSpotOptions): Promise<HubSpotDouble> {
    const double = new HubSpotDouble(options);
    double.#server = await CrmServer.start(
      (call) => double.#answer(call),
      ({ method, path }) => method !== 'GET' && !path.endsWith('/search'),
    );
    return double;
  }

  get url(): string {
    return this.#listening.url;
  }

  get calls(): CrmDouble['calls'] {
    return this.#listening.calls;
  }

  /** Subscribes an app to everything that happens to records. */
  subscribe(target: WebhookTarget): void {
    this.#webhooks.push(target);
  }

  /** A property as an administrator makes it by hand. */
  addProperty(type: ObjectType, name: string, hasUniqueValue: boolean): void {
    this.#custom.set(`${type}/${name}`, hasUniqueValue);
  }

  /** A stage of the one pipeline of deals or tickets, or another label for it. */
  setStage(type: 'deals' | 'tickets', id: string, label: string): void {
    this.#stages[type].set(id, label);
  }

  /** As an import does it: many of them may be of one time. */
  addRecord(record: DoubleRecord): string {
    const type = typeOfKind[record.kind];
    const { owner } = record;
    if (owner !== undefined) {
      const [firstName, ...others] = owner.name.split(' ');
      const { externalId: id, email } = owner;
      this.#owners.set(id, { id, email, type: 'PERSON', firstName, lastName: others.join(' '), archived: false });
    }
    const nowMs = Math.max(Date.now(), this.#lastMs);
    this.#lastMs = nowMs;
    const object = this.#made(type, new Map(Object.entries(propertiesOf(record.kind, record))), [], nowMs);
    this.#tell(object, `${objectTypes[type].singular}.creation`);
    return object.id;
  }

  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    const object = this.#objects.get(externalId);
    const kind = kindOf(object?.type);
    if (object === undefined || kind === undefined) return;
    this.#set(object, new Map(Object.entries(propertiesOf(kind, change))));
  }

  removeRecord(externalId: string): void {
    const object = this.#objects.get(externalId);
    if (object === undefined) return;
    this.#objects.delete(externalId);
    this.#tell(object, `${objectTypes[object.type].singular}.deletion`);
  }

  fieldsOf(externalId: string): Readonly<Record<string, unknown>> {
    return Object.fromEntries(this.#objects.get(externalId)?.properties ?? []);
  }

  setFields(externalId: string, fields: Readonly<Record<string, string | number | boolean | null>>): void {
    const object = this.#objects.get(externalId);
    if (object === undefined) return;
    this.#set(object, new Map(Object.entries(fields).map(([name, value]) => [name, String(value ?? '')])));
  }

  entries(): readonly DoubleEntry[] {
    return [...this.#objects.values()].flatMap((object) => {
      const { id, properties, associatedWith } = object;
      if (!isEntryType(object.type)) return [];
      const told = this.#readEntry(object);
      return [
        { externalId: id, key: properties.get(keyProperty) ?? '', recordExternalId: associatedWith[0] ?? '', ...told },
      ];
    });
  }

  changeEntry(externalId: string, change: { readonly title?: string; readonly text?: string }): void {
    const object = this.#objects.get(externalId);
    if (object === undefined) return;
    const { title, text } = { ...this.#readEntry(object), ...change };
    if (object.type === 'notes') object.properties.set('hs_note_body', editedHtml({ title, text }));
    else {
      object.properties.set('hs_task_subject', title);
      object.properties.set('hs_task_body', editedHtml({ title: '', text }));
    }
    object.modifiedMs = this.#tick();
  }

  removeEntry(externalId: string): void {
    this.#objects.delete(externalId);
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
    if (this.#server === undefined) throw new Error('the double is not listening');
    return this.#server;
  }

  #readEntry({ type, properties }: StoredObject): { readonly title: string; readonly text: string } {
    if (type === 'notes') return readEntry(properties.get('hs_note_body') ?? '');
    return {
      title: properties.get('hs_task_subject') ?? '',
      text: readEntry(properties.get('hs_task_body') ?? '').text,
    };
  }

  #answer(call: HttpCall): CrmAnswer {
    // The search has a limit of its own, and does not tell of it.
    if (call.path.endsWith('/search')) return this.#worked(call);
    const limit = this.options.callsPerTenSeconds ?? 1_000_000;
    const nowMs = Date.now();
    this.#times = this.#times.filter((ms) => ms > nowMs - intervalMs);
    const isOver = this.#times.length >= limit;
    if (!isOver) this.#times = [...this.#times, nowMs];
    const answer = isOver ? tooManyCalls() : this.#worked(call);
    const headers = {
      'X-HubSpot-RateLimit-Daily': '250000',
      'X-HubSpot-RateLimit-Daily-Remaining': String(250_000 - this.calls.total),
      'X-HubSpot-RateLimit-Interval-Milliseconds': String(intervalMs),
      'X-HubSpot-RateLimit-Max': String(limit),
      'X-HubSpot-RateLimit-Remaining': String(limit - this.#times.length),
    };
    return { ...answer, headers: { ...headers, ...answer.headers } };
  }

  #worked(call: HttpCall): CrmAnswer {
    const { app, accessToken, portalId } = this.options;
    if (call.path === '/oauth/v3/token') return tokenAnswer(app, call, { accessToken, portalId });
    if (call.headers.authorization !== `Bearer ${accessToken}`) {
      const message = 'Authentication credentials not found. This API supports OAuth 2.0 authentication.';
      return errorAnswer(401, 'INVALID_AUTHENTICATION', message);
    }
    const { method, path } = call;
    const search = /^\/crm\/v3\/objects\/([a-z_]+)\/search$/.exec(path)?.[1];
    if (search !== undefined && method === 'POST') return this.#search(search, call);
    const group = /^\/crm\/v3\/properties\/([a-z_]+)\/groups$/.exec(path)?.[1];
    if (group !== undefined && method === 'POST') return this.#makeGroup(group, call);
    const ownerId = /^\/crm\/v3\/owners\/(\d+)$/.exec(path)?.[1];
    if (ownerId !== undefined && method === 'GET') {
      const body = this.#owners.get(ownerId);
      return body === undefined ? notFound() : { status: 200, body };
    }
    const pipelines = /^\/crm\/v3\/pipelines\/(deals|tickets)$/.exec(path)?.[1];
    if (pipelines !== undefined && method === 'GET')
      return this.#pipelines(pipelines === 'deals' ? 'deals' : 'tickets');
    const [, part, type, encoded] = api.exec(path) ?? [];
    if (!isObjectType(type)) return notFound();
    const id = encoded === undefined ? undefined : decodeURIComponent(encoded);
    if (part === 'properties') return this.#property(type, id, call);
    if (id === undefined) return method === 'POST' ? this.#create(type, call) : notFound();
    const object = this.#find(type, id, call);
    if ('status' in object) return method === 'DELETE' && object.status === 404 ? { status: 204 } : object;
    if (method === 'GET')
      return {
        status: 200,
        body: shown(object, (call.query.getAll('properties').join(',') || 'hs_object_id').split(',')),
      };
    if (method === 'PATCH') return this.#update(object, call);
    if (method !== 'DELETE') return { status: 405 };
    this.#objects.delete(object.id);
    return { status: 204 };
  }

  #pipelines(type: 'deals' | 'tickets'): CrmAnswer {
    const stages = [...this.#stages[type]].map(([id, label], displayOrder) => {
      return { id, label, displayOrder, metadata: { isClosed: 'false' }, archived: false };
    });
    return { status: 200, body: { results: [{ id: 'default', label: 'Sales pipeline', stages, archived: false }] } };
  }

  #find(type: ObjectType, id: string, { query }: HttpCall): StoredObject | CrmAnswer {
    const idProperty = query.get('idProperty');
    if (idProperty === null) {
      const object = this.#objects.get(id);
      return object?.type === type ? object : notFound();
    }
    const isUnique = this.#custom.get(`${type}/${idProperty}`);
    if (isUnique !== true) {
      const message = `${isUnique === undefined ? 'Unable to find property' : 'Non-unique property'} ${idProperty}`;
      return errorAnswer(400, 'VALIDATION_ERROR', message);
    }
    return this.#ofValue(type, idProperty, id) ?? notFound();
  }

  #ofValue(type: ObjectType, name: string, value: string): StoredObject | undefined {
    return [...this.#objects.values()].find((object) => object.type === type && object.properties.get(name) === value);
  }

  #create(type: ObjectType, call: HttpCall): CrmAnswer {
    const body = jsonObject(call.body.toString('utf8')) ?? {};
    const properties = textsOf(body['properties']);
    const refused = this.#faultsOf(type, properties, undefined);
    if (refused !== undefined) return refused;
    if (isEntryType(type) && !properties.has('hs_timestamp')) {
      return invalidProperties([
        { name: 'hs_timestamp', code: 'REQUIRED_PROPERTY', message: 'Property "hs_timestamp" is required' },
      ]);
    }
    const associated: string[] = [];
    for (const association of listOf(body['associations'])) {
      const to = isRecord(association['to']) ? String(association['to']['id']) : '';
      for (const { associationCategory, associationTypeId } of listOf(association['types'])) {
        const target = isEntryType(type) ? associationTypes[type][Number(associationTypeId)] : undefined;
        if (
          associationCategory !== 'HUBSPOT_DEFINED' ||
          target === undefined ||
          this.#objects.get(to)?.type !== target
        ) {
          return errorAnswer(404, 'OBJECT_NOT_FOUND', `Object ${to} to associate with was not found.`);
        }
        associated.push(to);
      }
    }
    const object = this.#made(type, properties, associated, this.#tick());
    return { status: 201, body: shown(object, [...properties.keys()]) };
  }

  #update(object: StoredObject, call: HttpCall): CrmAnswer {
    const properties = textsOf(jsonObject(call.body.toString('utf8'))?.['properties']);
    const refused = this.#faultsOf(object.type, properties, object.id);
    if (refused !== undefined) return refused;
    this.#set(object, properties);
    return { status: 200, body: shown(object, [...properties.keys()]) };
  }

  #set(object: StoredObject, properties: ReadonlyMap<string, string>): void {
    for (const [name, value] of properties) object.properties.set(name, value);
    object.modifiedMs = this.#tick();
    if (kindOf(object.type) === undefined) return;
    for (const [propertyName, propertyValue] of properties) {
      this.#tell(object, `${objectTypes[object.type].singular}.propertyChange`, { propertyName, propertyValue });
    }
  }

  #faultsOf(
    type: ObjectType,
    properties: ReadonlyMap<string, string>,
    ownId: string | undefined,
  ): CrmAnswer | undefined {
    const faults: PropertyFault[] = [];
    for (const [name, value] of properties) {
      const isUnique = this.#custom.get(`${type}/${name}`);
      const isKnown = isUnique !== undefined || !isEntryType(type) || entryProperties[type].includes(name);
      const holder = isUnique === true ? this.#ofValue(type, name, value) : undefined;
      if (!isKnown) {
        faults.push({ name, code: 'PROPERTY_DOESNT_EXIST', message: `Property "${name}" does not exist` });
      } else if (value.length > longestBody) {
        faults.push({ name, code: 'PROPERTY_VALUE_TOO_LONG', message: `Property "${name}" is too long` });
      } else if (holder !== undefined && holder.id !== ownId) {
        const message = `${holder.id} already has that value.`;
        faults.push({ name, code: 'CONFLICTING_UNIQUE_VALUE', message });
      }
    }
    return faults.length === 0 ? undefined : invalidProperties(faults);
  }

  #search(type: string, call: HttpCall): CrmAnswer {
    if (!isObjectType(type)) return notFound();
    const until = Date.now() - (this.options.searchLagMs ?? 0);
    const isLate = this.options.searchLagMs !== undefined;
    const objects = [...this.#objects.values()].filter(
      (object) => object.type === type && (!isLate || object.modifiedMs <= until),
    );
    return searchAnswer(objects, jsonObject(call.body.toString('utf8')) ?? {});
  }

  #property(type: ObjectType, name: string | undefined, call: HttpCall): CrmAnswer {
    if (call.method === 'GET') {
      const hasUniqueValue = this.#custom.get(`${type}/${String(name)}`);
      if (hasUniqueValue === undefined) return notFound(`Unable to find property ${String(name)}`);
      return { status: 200, body: { name, type: 'string', fieldType: 'text', groupName: 'liaison', hasUniqueValue } };
    }
    const body = jsonObject(call.body.toString('utf8')) ?? {};
    const made = String(body['name']);
    if (!this.#groups.has(`${type}/${String(body['groupName'])}`)) {
      return errorAnswer(400, 'VALIDATION_ERROR', `Property group ${String(body['groupName'])} does not exist.`);
    }
    if (this.#custom.has(`${type}/${made}`)) {
      return errorAnswer(409, 'CONFLICT', `A property named '${made}' already exists.`);
    }
    this.addProperty(type, made, body['hasUniqueValue'] === true);
    return { status: 201, body };
  }

  #makeGroup(type: string, call: HttpCall): CrmAnswer {
    const body = jsonObject(call.body.toString('utf8')) ?? {};
    const name = `${type}/${String(body['name'])}`;
    if (this.#groups.has(name)) return errorAnswer(409, 'CONFLICT', 'The property group already exists.');
    this.#groups.add(name);
    return { status: 201, body };
  }

  #made(
    type: ObjectType,
    properties: Map<string, string>,
    associatedWith: readonly string[],
    nowMs: number,
  ): StoredObject {
    const id = String(++this.#lastId);
    const object = { id, type, properties, createdMs: nowMs, modifiedMs: nowMs, associatedWith };
    this.#objects.set(id, object);
    return object;
  }

  /** Later than everything before. */
  #tick(): number {
    this.#lastMs = Math.max(Date.now(), this.#lastMs + 1);
    return this.#lastMs;
  }

  #tell(object: StoredObject, subscriptionType: string, more: Readonly<Record<string, string>> = {}): void {
    const event = {
      eventId: ++this.#lastEvent,
      subscriptionId: 1,
      portalId: Number(this.options.portalId),
      appId: 1,
      occurredAt: object.modifiedMs,
      subscriptionType,
      attemptNumber: 0,
      objectId: Number(object.id),
      changeSource: 'CRM_UI',
      ...more,
    };
    this.sent.push(...this.#webhooks.map((target) => webhookCall(target, [event], Date.now())));
  }
}

function isEntryType(type: ObjectType): type is 'notes' | 'tasks' {
  return type === 'notes' || type === 'tasks';
}

function kindOf(type: ObjectType | undefined): DoubleRecord['kind'] | undefined {
  const kinds = ['account', 'contact', 'opportunity', 'case'] as const;
  return kinds.find((kind) => typeOfKind[kind] === type);
}

function propertiesOf(kind: DoubleRecord['kind'], record: Partial<DoubleRecord>): Record<string, string> {
  const { name, stage, amount, emails, owner, domain, accountId } = record;
  const named = { account: 'name', contact: 'firstname', opportunity: 'dealname', case: 'subject' }[kind];
  const [email, ...additional] = emails ?? [];
  return {
    ...(name === undefined ? {} : { [named]: name }),
    ...(stage === undefined ? {} : { [kind === 'case' ? 'hs_pipeline_stage' : 'dealstage']: stage }),
    ...(amount === undefined ? {} : { amount }),
    ...(domain === undefined ? {} : { domain }),
    ...(accountId === undefined
      ? {}
      : { [kind === 'contact' ? 'associatedcompanyid' : 'hs_primary_associated_company']: accountId }),
    ...(email === undefined
      ? {}
      : {
          email,
          hs_additional_emails: additional.join(';'),
          hs_email_domain: email.slice(email.indexOf('@') + 1).toLowerCase(),
        }),
    ...(owner === undefined ? {} : { hubspot_owner_id: owner.externalId }),
  };
}

function textsOf(value: unknown): Map<string, string> {
  return new Map(isRecord(value) ? Object.entries(value).map(([name, one]) => [name, String(one)]) : []);
}

function listOf(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.filter(isRecord) : [];
}
