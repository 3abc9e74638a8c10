import { randomBytes } from 'node:crypto';
import { HttpRefusal, unforeseen } from './rpc-error.js';
import { objectsIn, type Tables } from './tables.js';
import { isWireObject, textOf, type Wire, type WireObject } from './wire.js';

/** So many wrong passwords within a while, and the user may not log in (trytond 6.0, `[session] max_attempt`). */
const mostAttempts = 5;

/** The methods of Tryton's JSON-RPC, and who may call them. */
export class Dispatcher {
  readonly #sessions = new Map<string, number>();
  readonly #attempts = new Map<string, number>();

  constructor(
    readonly tables: Tables,
    readonly users: readonly { readonly user: string; readonly password: string }[],
  ) {}

  endSessions(): void {
    this.#sessions.clear();
  }

  /** The result of the call. Throws `RpcError` and `HttpRefusal`. */
  call(method: string, params: readonly Wire[], authorization: string | undefined): Wire {
    if (method === 'common.db.login') return this.#logIn(params);
    if (!this.#isLoggedIn(authorization)) throw new HttpRefusal(401);
    const [, model = '', name = ''] = /^model\.(.+)\.([a-z_]+)$/.exec(method) ?? [];
    const context = params.at(-1);
    if (!isWireObject(context)) throw unforeseen('Missing context argument');
    return this.#onModel(model, name, params.slice(0, -1), context);
  }

  #onModel(model: string, name: string, [first = null, ...rest]: readonly Wire[], context: WireObject): Wire {
    switch (name) {
      case 'create':
        return this.tables.create(model, objectsIn(first));
      case 'write': {
        const [values = {}] = rest;
        const stamps = context['_timestamp'];
        this.tables.write(
          model,
          numbersIn(first),
          isWireObject(values) ? values : {},
          isWireObject(stamps) ? stamps : {},
        );
        return null;
      }
      case 'delete':
        this.tables.delete(model, numbersIn(first));
        return null;
      case 'fields_get':
        return this.tables.fieldsGet(model, listIn(first).map(textOf));
      case 'search_read': {
        const [, limit, order, fields] = rest;
        return this.tables.searchRead(
          model,
          listIn(first),
          typeof limit === 'number' ? limit : undefined,
          listIn(order).filter(isList),
          listIn(fields).map(textOf),
          { archived: context['active_test'] === false },
        );
      }
      default:
        throw new HttpRefusal(403);
    }
  }

  #logIn([name = '', parameters = {}]: readonly Wire[]): Wire {
    const user = textOf(name);
    const attempts = this.#attempts.get(user) ?? 0;
    const id = this.users.findIndex((one) => one.user === user);
    const given = isWireObject(parameters) ? parameters['password'] : undefined;
    if (attempts > mostAttempts) throw new HttpRefusal(429);
    if (id < 0 || this.users[id]?.password !== given) {
      this.#attempts.set(user, attempts + 1);
      throw new HttpRefusal(401);
    }
    this.#attempts.delete(user);
    const key = randomBytes(32).toString('hex');
    this.#sessions.set(key, id + 1);
    return [id + 1, key];
  }

  #isLoggedIn(authorization = ''): boolean {
    const [, encoded = ''] = /^Session (\S+)$/i.exec(authorization) ?? [];
    const parts = Buffer.from(encoded, 'base64').toString('latin1').split(':');
    const [, id, key = ''] = parts;
    return parts.length === 3 && this.#sessions.get(key) === Number(id);
  }
}

function listIn(value: Wire | undefined): readonly Wire[] {
  return isList(value) ? value : [];
}

function isList(value: unknown): value is readonly Wire[] {
  return Array.isArray(value);
}

function numbersIn(value: Wire): readonly number[] {
  return listIn(value).map(Number);
}
