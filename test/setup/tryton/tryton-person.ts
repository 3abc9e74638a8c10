import { type TrytonPlace } from './tryton-place.js';

type Values = Readonly<Record<string, unknown>>;

/** An answer as it came, without what differs from one Tryton to the next. */
export interface RawAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** Somebody at Tryton's own client, which speaks JSON-RPC: shares no code with the connector. */
export class TrytonPerson {
  private constructor(
    readonly url: string,
    readonly authorization: string,
  ) {}

  static async logIn({ url, database }: TrytonPlace, user: string, password: string): Promise<TrytonPerson> {
    const address = `${url}/${database}/`;
    const { body } = await post(address, 'common.db.login', [user, { password }, 'en']);
    // What a login that went well answers.
    const { result } = body as { readonly result: readonly [number, string] };
    const session = Buffer.from(`${user}:${result[0]}:${result[1]}`).toString('base64');
    return new TrytonPerson(address, `Session ${session}`);
  }

  ask(method: string, ...params: readonly unknown[]): Promise<RawAnswer> {
    return post(this.url, `model.${method}`, [...params, { language: 'en' }], this.authorization);
  }

  async create(model: string, ...list: readonly Values[]): Promise<readonly string[]> {
    const ids = await this.#result(`${model}.create`, list);
    return Array.isArray(ids) ? ids.map(String) : [];
  }

  async write(model: string, id: string, values: Values): Promise<void> {
    await this.#result(`${model}.write`, [Number(id)], values);
  }

  async delete(model: string, id: string): Promise<void> {
    await this.#result(`${model}.delete`, [Number(id)]);
  }

  async #result(method: string, ...params: readonly unknown[]): Promise<unknown> {
    const { body } = await this.ask(method, ...params);
    if (typeof body === 'object' && body !== null && 'result' in body) return body.result;
    throw new Error(`${method}: ${JSON.stringify(body)}`);
  }
}

async function post(
  url: string,
  method: string,
  params: readonly unknown[],
  authorization?: string,
): Promise<RawAnswer> {
  const answer = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization === undefined ? {} : { authorization }) },
    body: JSON.stringify({ id: 0, method, params }),
  });
  const text = await answer.text();
  const body: unknown = answer.status === 200 ? JSON.parse(text) : undefined;
  return { status: answer.status, body };
}
