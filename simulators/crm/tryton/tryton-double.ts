import { jsonObject, type HttpCall } from '../../common/http-exchange.js';
import { type CrmDouble, type CrmFault, type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { CrmServer, type CrmAnswer } from '../common/crm-server.js';
import { Dispatcher } from './dispatcher.js';
import { entryIn, messageOf } from './note-text.js';
import { HttpRefusal, RpcError } from './rpc-error.js';
import { Tables } from './tables.js';
import { textOf, type Wire, type WireObject } from './wire.js';

const database = 'tryton';
const service = { user: 'liaison', password: 'by-LIasOn#4' };
const admin = { user: 'admin', password: 'admin of the test' };

/**
 * A loopback server that answers like Tryton 6.0 with its module `sale_opportunity`, as far as a connector sees it. Not
 * like Tryton: one row of numbers gives the ids of all tables, and wrong passwords are answered at once.
 */
export class TrytonDouble implements CrmDouble {
  readonly database = database;
  readonly service = service;
  readonly admin = admin;
  readonly #tables = new Tables();
  readonly #dispatcher = new Dispatcher(this.#tables, [admin, service]);
  #server: CrmServer | undefined;

  private constructor() {
    this.#tables.create('currency.currency', [{ name: 'Euro', code: 'EUR' }]);
  }

  static async start(): Promise<TrytonDouble> {
    const double = new TrytonDouble();
    double.#server = await CrmServer.start(
      (call) => double.#answer(call),
      (call) => /\.(create|write|delete)$/.test(rpcIn(call).method),
    );
    return double;
  }

  get url(): string {
    return this.#running().url;
  }

  get calls(): { readonly total: number; readonly writing: number } {
    return this.#running().calls;
  }

  addRecord(record: DoubleRecord): string {
    const model = modelOf(record.kind);
    const [id = 0] = this.#tables.create(model, [this.#valuesOf(model, record)]);
    this.#setEmails(id, record.emails);
    return String(id);
  }

  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    const { model, id } = this.#find(externalId);
    const values = this.#valuesOf(model, change);
    if (Object.keys(values).length > 0) this.#tables.write(model, [id], values);
    this.#setEmails(id, change.emails);
  }

  removeRecord(externalId: string): void {
    const { model, id } = this.#find(externalId);
    this.#tables.delete(model, [id]);
  }

  fieldsOf(externalId: string): Readonly<Record<string, unknown>> {
    const { model, id } = this.#find(externalId);
    return this.#tables.values(model, id);
  }

  setFields(externalId: string, fields: Readonly<Record<string, string | number | boolean | null>>): void {
    const { model, id } = this.#find(externalId);
    this.#tables.write(model, [id], fields);
  }

  entries(): readonly DoubleEntry[] {
    return this.#tables.ids('ir.note').map((id) => {
      const [, record = ''] = textOf(this.#tables.value('ir.note', id, 'resource')).split(',');
      return { externalId: String(id), recordExternalId: record, ...entryIn(this.#messageOf(id)) };
    });
  }

  changeEntry(externalId: string, change: { readonly title?: string; readonly text?: string }): void {
    const id = Number(externalId);
    const message = messageOf({ ...entryIn(this.#messageOf(id)), ...change });
    this.#tables.write('ir.note', [id], { message });
  }

  removeEntry(externalId: string): void {
    this.#tables.delete('ir.note', [Number(externalId)]);
  }

  failNext(fault: CrmFault): void {
    this.#running().failNext(fault);
  }

  calm(): void {
    this.#running().calm();
  }

  /** As an administrator does it, or the time. */
  endSessions(): void {
    this.#dispatcher.endSessions();
  }

  async close(): Promise<void> {
    await this.#running().close();
  }

  #running(): CrmServer {
    if (this.#server === undefined) throw new Error('the double was not started');
    return this.#server;
  }

  #messageOf(note: number): string {
    return textOf(this.#tables.value('ir.note', note, 'message'));
  }

  #find(externalId: string): { readonly model: string; readonly id: number } {
    const id = Number(externalId);
    const model = ['party.party', 'sale.opportunity'].find((one) => this.#tables.ids(one).includes(id));
    if (model === undefined) throw new Error(`the double has no record ${externalId}`);
    return { model, id };
  }

  #valuesOf(model: string, { name, stage, amount, owner, number, accountId }: Partial<DoubleRecord>): WireObject {
    const named = number === undefined ? {} : { [model === 'party.party' ? 'code' : 'number']: number };
    if (model === 'party.party') return { ...named, ...(name === undefined ? {} : { name }) };
    return {
      ...named,
      ...(accountId === undefined ? {} : { party: Number(accountId) }),
      ...(name === undefined ? {} : { description: name }),
      ...(stage === undefined ? {} : { state: stage }),
      ...(amount === undefined ? {} : { amount: { __class__: 'Decimal', decimal: amount } }),
      ...(owner === undefined ? {} : { employee: this.#employeeOf(owner) }),
    };
  }

  /** The one of that name, made where there is none; its id is Tryton's own. */
  #employeeOf({ name, email }: { readonly name: string; readonly email: string }): number {
    const known = this.#tables
      .ids('company.employee')
      .find((id) => this.#tables.value('company.employee', id, 'rec_name') === name);
    if (known !== undefined) return known;
    const [party = 0] = this.#tables.create('party.party', [{ name }]);
    this.#setEmails(party, [email]);
    const [id = 0] = this.#tables.create('company.employee', [{ party }]);
    return id;
  }

  #setEmails(party: number, emails: readonly string[] | undefined): void {
    if (emails === undefined) return;
    const mechanisms = this.#tables.ids('party.contact_mechanism');
    const old = mechanisms.filter((id) => this.#tables.value('party.contact_mechanism', id, 'party') === party);
    this.#tables.delete('party.contact_mechanism', old);
    this.#tables.create(
      'party.contact_mechanism',
      emails.map((value) => ({ party, type: 'email', value })),
    );
  }

  #answer(call: HttpCall): CrmAnswer {
    const { method, params } = rpcIn(call);
    try {
      if (call.path !== `/${database}/`) throw new HttpRefusal(404);
      return {
        status: 200,
        body: { id: 0, result: this.#dispatcher.call(method, params, call.headers.authorization) },
      };
    } catch (error) {
      if (error instanceof RpcError) return { status: 200, body: { id: 0, error: error.error } };
      // The pages for browsers that come with it say nothing to a caller.
      if (error instanceof HttpRefusal) return { status: error.status };
      throw error;
    }
  }
}

function modelOf(kind: DoubleRecord['kind']): string {
  if (kind === 'case') throw new Error('Tryton has no cases');
  return kind === 'opportunity' ? 'sale.opportunity' : 'party.party';
}

function rpcIn({ body }: HttpCall): { readonly method: string; readonly params: readonly Wire[] } {
  const call = jsonObject(body.toString());
  const { method, params } = call ?? {};
  // What JSON.parse makes is nothing else.
  return { method: String(method), params: Array.isArray(params) ? (params as readonly Wire[]) : [] };
}
