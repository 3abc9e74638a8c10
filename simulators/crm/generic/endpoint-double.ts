import { createHmac } from 'node:crypto';
import { isRecord, jsonObject, type HttpCall } from '../../common/http-exchange.js';
import { type CrmDouble, type CrmFault, type DoubleEntry, type DoubleRecord } from '../common/crm-double.js';
import { CrmServer, type CrmAnswer } from '../common/crm-server.js';

const toleranceSeconds = 300;

/**
 * An endpoint of somebody's own that takes Standard Webhooks, as docs/crm/generic.md asks for it: it checks the signature with its
 * one secret, keeps entries by their key, and passes over what it had and what is older than what it has.
 */
export class EndpointDouble implements CrmDouble {
  readonly #records = new Map<string, DoubleRecord>();
  readonly #entries = new Map<string, DoubleEntry>();
  readonly #fields = new Map<string, Readonly<Record<string, unknown>>>();
  /** The last call that was taken for each key. */
  readonly #last = new Map<string, { readonly id: string; readonly timestamp: string }>();
  readonly bodies: Readonly<Record<string, unknown>>[] = [];
  /** How many calls were passed over as repeats. */
  repeats = 0;
  #server: CrmServer | undefined;
  #lastId = 0;

  private constructor(private readonly key: Buffer) {}

  /** `secret` as its owner has it: `whsec_` and base64. */
  static async start(secret: string): Promise<EndpointDouble> {
    const double = new EndpointDouble(Buffer.from(secret.replace(/^whsec_/, ''), 'base64'));
    double.#server = await CrmServer.start(
      (call) => double.#take(call),
      ({ method }) => method === 'POST',
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
    const id = `record-${++this.#lastId}`;
    this.#records.set(id, record);
    return id;
  }

  changeRecord(externalId: string, change: Partial<Omit<DoubleRecord, 'kind'>>): void {
    const record = this.#records.get(externalId);
    if (record !== undefined) this.#records.set(externalId, { ...record, ...change });
  }

  removeRecord(externalId: string): void {
    this.#records.delete(externalId);
  }

  fieldsOf(externalId: string): Readonly<Record<string, unknown>> {
    return this.#fields.get(externalId) ?? {};
  }

  setFields(externalId: string, fields: Readonly<Record<string, unknown>>): void {
    this.#fields.set(externalId, { ...this.fieldsOf(externalId), ...fields });
  }

  entries(): readonly DoubleEntry[] {
    return [...this.#entries.values()];
  }

  changeEntry(externalId: string, change: { readonly title?: string; readonly text?: string }): void {
    const entry = this.#entries.get(externalId);
    if (entry !== undefined) this.#entries.set(externalId, { ...entry, ...change });
  }

  removeEntry(externalId: string): void {
    this.#entries.delete(externalId);
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
    if (this.#server === undefined) throw new Error('the endpoint is not listening');
    return this.#server;
  }

  #take(call: HttpCall): CrmAnswer {
    if (call.method !== 'POST') return { status: 405 };
    const id = this.#genuineId(call);
    if (id === undefined) return { status: 401, body: { error: 'The signature is not right.' } };
    const body = jsonObject(call.body.toString('utf8'));
    const data = isRecord(body?.['data']) ? body['data'] : {};
    const { type, timestamp } = body ?? {};
    const { key, record } = data;
    if (typeof key !== 'string' || typeof timestamp !== 'string' || !isRecord(record)) {
      return { status: 422, body: { error: 'A member is missing.' } };
    }
    const last = this.#last.get(key);
    if (last !== undefined && (last.id === id || timestamp < last.timestamp)) {
      this.repeats += 1;
      return { status: 202 };
    }
    this.#last.set(key, { id, timestamp });
    this.bodies.push({ ...body });
    if (type === 'entry.put') {
      const [title, text] = [String(data['title']), String(data['text'])];
      const recordExternalId = String(record['externalId']);
      this.#entries.set(key, { externalId: key, key, recordExternalId, title, text });
    } else if (type === 'entry.removed') this.#entries.delete(key);
    else if (type === 'record.set' && isRecord(data['fields'])) {
      this.setFields(String(record['externalId']), data['fields']);
    }
    return { status: 204 };
  }

  #genuineId({ headers, body }: HttpCall): string | undefined {
    const [id, timestamp, signatures] = ['webhook-id', 'webhook-timestamp', 'webhook-signature'].map((name) =>
      String(headers[name]),
    );
    if (id === undefined || Math.abs(Date.now() / 1_000 - Number(timestamp)) > toleranceSeconds) return undefined;
    const signed = Buffer.concat([Buffer.from(`${id}.${timestamp ?? ''}.`), body]);
    const wanted = `v1,${createHmac('sha256', this.key).update(signed).digest('base64')}`;
    return signatures?.split(' ').includes(wanted) === true ? id : undefined;
  }
}
