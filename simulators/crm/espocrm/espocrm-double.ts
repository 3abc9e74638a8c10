import { type CrmDouble, type CrmFault, type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { CrmServer, type CrmAnswer } from '../common/crm-server.js';
import { isRecord, type HttpCall } from '../../common/http-exchange.js';
import { isLetIn, type ApiUser } from './api-user.js';
import { EntityStore, type Entity } from './entity-store.js';
import { EspoError } from './espo-error.js';
import { search } from './search.js';

const typeOfKind = { account: 'Account', contact: 'Contact', opportunity: 'Opportunity', case: 'Case' } as const;
const entryTypes = ['Note', 'Task', 'Meeting'] as const;
const keyLine = /\n\n\[liaison:([a-z0-9-]+)\](?=\n|$)(?![^]*\n\[liaison:)/;
/** What lists leave of a text (`maxSelectTextAttributeLengthForList`). */
const longestListed = 10_000;

/**
 * EspoCRM as far as its connector goes: API users by key and by HMAC, the five calls of CRUD, searches, validation of names and of
 * what is required, version numbers, and errors with `X-Status-Reason`.
 */
export class EspocrmDouble implements CrmDouble {
  readonly #store = new EntityStore();
  #server: CrmServer | undefined;

  private constructor(private readonly user: ApiUser) {}

  static async start(user: ApiUser): Promise<EspocrmDouble> {
    const double = new EspocrmDouble(user);
    double.#server = await CrmServer.start(
      (call) => double.#answer(call),
      ({ method }) => method !== 'GET',
    );
    return double;
  }

  get url(): string {
    return this.#listening.url;
  }

  get calls(): CrmDouble['calls'] {
    return this.#listening.calls;
  }

  addRecord({ kind, ...record }: DoubleRecord): string {
    return this.#store.add(typeOfKind[kind], attributesOf(kind, record)).id;
  }

  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    const entity = this.#store.find(externalId);
    const kind = Object.entries(typeOfKind).find(([, type]) => type === entity?.type)?.[0] ?? 'account';
    if (entity !== undefined) this.#store.change(entity, attributesOf(kind, change));
  }

  removeRecord(externalId: string): void {
    this.#store.remove(externalId);
  }

  fieldsOf(externalId: string): Readonly<Record<string, unknown>> {
    return this.read(externalId) ?? {};
  }

  setFields(externalId: string, fields: Readonly<Record<string, unknown>>): void {
    this.write(externalId, fields);
  }

  entries(): readonly DoubleEntry[] {
    return entryTypes.flatMap((type) =>
      this.#store.all(type).map(({ id, type: entityType, attributes }) => {
        const isNote = entityType === 'Note';
        const whole = String(attributes[isNote ? 'post' : 'description']);
        const shown = whole.replace(keyLine, '');
        const [first = '', ...rest] = shown.split('\n');
        return {
          externalId: id,
          key: keyLine.exec(whole)?.[1] ?? '',
          recordExternalId: String(attributes['parentId']),
          title: isNote ? first : asTyped(String(attributes['name'])),
          text: isNote ? rest.slice(1).join('\n') : shown,
        };
      }),
    );
  }

  changeEntry(externalId: string, change: { readonly title?: string; readonly text?: string }): void {
    const entity = this.#store.find(externalId);
    const entry = this.entries().find((one) => one.externalId === externalId);
    if (entity === undefined || entry === undefined) return;
    const { title, text, key } = { ...entry, ...change };
    const marker = key === '' ? '' : `\n\n[liaison:${key}]`;
    this.#store.change(
      entity,
      entity.type === 'Note'
        ? { post: `${title}\n\n${text}${marker}` }
        : { name: title, description: `${text}${marker}` },
    );
  }

  removeEntry(externalId: string): void {
    this.#store.remove(externalId);
  }

  /** The attributes of an entity. */
  read(externalId: string): Readonly<Record<string, unknown>> | undefined {
    return this.#store.find(externalId)?.attributes;
  }

  /** As a person changes attributes in EspoCRM's own pages. */
  write(externalId: string, attributes: Readonly<Record<string, unknown>>): void {
    const entity = this.#store.find(externalId);
    if (entity !== undefined) this.#store.change(entity, attributes);
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

  #answer(call: HttpCall): CrmAnswer {
    try {
      return { status: 200, body: this.#work(call) };
    } catch (error) {
      if (!(error instanceof EspoError)) throw error;
      const { status, reason, body } = error;
      return {
        status,
        ...(reason === undefined ? {} : { headers: { 'x-status-reason': reason } }),
        ...(body === undefined ? {} : { body }),
      };
    }
  }

  #work(call: HttpCall): unknown {
    const [, path = ''] = /^\/api\/v1\/(.*)$/.exec(call.path) ?? [];
    if (!isLetIn(this.user, call, path)) throw new EspoError(401);
    const [type = '', id, ...rest] = path.split('/');
    if (!this.#store.knows(type) || rest.length > 0) throw new EspoError(404, 'No route');
    if (id === undefined || id === '') {
      return call.method === 'GET' ? this.#list(type, call.query) : this.#create(type, call);
    }
    const entity = this.#store.find(id);
    if (entity?.type !== type) throw new EspoError(404, `Record ${id} does not exist.`);
    if (call.method === 'GET') return shown(entity);
    if (call.method === 'DELETE') {
      this.#store.remove(id);
      return true;
    }
    return this.#update(entity, call);
  }

  #list(type: string, query: URLSearchParams): unknown {
    const found = search(this.#store.all(type), query);
    const cut = (value: unknown): unknown => (typeof value === 'string' ? value.slice(0, longestListed) : value);
    const list = found.map((entity) =>
      Object.fromEntries(Object.entries(shown(entity)).map(([name, value]) => [name, cut(value)])),
    );
    const select = query.get('select')?.split(',');
    const picked = list.map((item) =>
      Object.fromEntries(Object.entries(item).filter(([name]) => name === 'id' || (select?.includes(name) ?? true))),
    );
    return { total: list.length, list: picked };
  }

  #create(type: string, call: HttpCall): unknown {
    if (call.method !== 'POST') throw new EspoError(405);
    const attributes = bodyOf(call);
    if (type === 'Note' && attributes['type'] !== 'Post') throw new EspoError(403, "Only 'Post' type allowed.");
    const parent = this.#store.find(String(attributes['parentId']));
    if (parent === undefined) throw new EspoError(403, 'No create access.');
    validate(type, attributes);
    return shown(this.#store.add(type, attributes));
  }

  #update(entity: Entity, call: HttpCall): unknown {
    if (call.method !== 'PUT' && call.method !== 'PATCH') throw new EspoError(405);
    const attributes = bodyOf(call);
    const wanted = call.headers['x-version-number'];
    if (wanted !== undefined && entity.versionNumber !== undefined && Number(wanted) !== entity.versionNumber) {
      throw new EspoError(409, 'modified', { values: {}, versionNumber: entity.versionNumber });
    }
    validate(entity.type, { ...entity.attributes, ...attributes });
    this.#store.change(entity, attributes);
    return shown(entity);
  }
}

/** People read what is written in full width as what it stands for. */
function asTyped(name: string): string {
  const signs: Readonly<Record<string, string>> = { '＜': '<', '＞': '>', '＝': '=' };
  return name
    .replace(/[＜＞＝](?!\u2060(?:\u2060\u2060)*(?!\u2060))/g, (sign) => signs[sign] ?? sign)
    .replace(/([＜＞＝])\u2060/g, '$1')
    .replaceAll('\u2060\u2060', '\u2060');
}

function bodyOf({ body }: HttpCall): Readonly<Record<string, unknown>> {
  try {
    const parsed: unknown = JSON.parse(body.toString('utf8'));
    if (isRecord(parsed)) return parsed;
  } catch {
    // Below.
  }
  // EspoCRM's own answer to a body that it cannot decode.
  throw new EspoError(500);
}

function validate(type: string, attributes: Readonly<Record<string, unknown>>): void {
  if (type === 'Note') return;
  const { name, assignedUserId, dateStart, dateEnd } = attributes;
  if (typeof name !== 'string' || name.trim() === '') throw invalid('name', 'required');
  if (name.length > 255) throw invalid('name', 'maxLength');
  if (/[<>=]/.test(name)) throw invalid('name', 'pattern');
  const isEntry = type === 'Task' || type === 'Meeting';
  if (isEntry && typeof assignedUserId !== 'string') throw invalid('assignedUser', 'required');
  if (type !== 'Meeting') return;
  if (typeof dateStart !== 'string' || typeof dateEnd !== 'string') throw invalid('dateStart', 'required');
  if (dateEnd <= dateStart) throw invalid('dateEnd', 'after');
}

function invalid(field: string, type: string): EspoError {
  return new EspoError(400, `Field validation failure; entityType: X, field: ${field}, type: ${type}.`, {
    messageTranslation: { label: 'validationFailure', scope: null, data: { field, type } },
  });
}

function shown({ id, attributes, modifiedAt, versionNumber }: Entity): Readonly<Record<string, unknown>> {
  return { id, deleted: false, ...attributes, modifiedAt, ...(versionNumber === undefined ? {} : { versionNumber }) };
}

function attributesOf(
  kind: string,
  { name, stage, amount, emails, owner, number, accountId }: Partial<Omit<DoubleRecord, 'kind'>>,
): Readonly<Record<string, unknown>> {
  const [email] = emails ?? [];
  const addresses = emails?.map((emailAddress, index) => ({
    emailAddress,
    lower: emailAddress.toLowerCase(),
    primary: index === 0,
    optOut: false,
    invalid: false,
  }));
  return {
    ...(name === undefined ? {} : { name }),
    ...(number === undefined ? {} : { number: Number(number) }),
    ...(accountId === undefined ? {} : { accountId }),
    ...(stage === undefined ? {} : { [kind === 'case' ? 'status' : 'stage']: stage }),
    ...(amount === undefined ? {} : { amount: Number(amount), amountCurrency: 'EUR' }),
    ...(emails === undefined ? {} : { emailAddress: email, emailAddressData: addresses }),
    ...(owner === undefined ? {} : { assignedUserId: owner.externalId, assignedUserName: owner.name }),
  };
}
