import { type JsonValue } from '../../common/json/json.js';
import { type HttpCaller } from '../../common/outbound/http-caller.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { Secret } from '../../common/security/secret.js';
import { addressOf } from '../../platforms/address.js';
import { NeedsAuthorization } from '../../platforms/platform.errors.js';
import { type PlatformAccount } from '../../platforms/platform-account.js';
import { resultOf, SessionEnded, transportError, type Effect } from './tryton.errors.js';
import { TrytonSessions } from './tryton.session.js';

/** Models by their names in Tryton. */
export type TrytonModel = 'party.party' | 'party.contact_mechanism' | 'sale.opportunity' | 'ir.note';

type Context = Readonly<Record<string, JsonValue>>;

/** Errors are told apart by their English words, and parties and contacts that were archived are still there. */
const context: Context = { language: 'en', active_test: false };

const sessions = new TrytonSessions();

/** Tryton's JSON-RPC for one account; all calls throw as `resultOf` and `transportError` say. */
export class TrytonRpc {
  readonly #url: string;
  readonly #user: string;
  readonly #password: string | undefined;
  /** By the server's clock, in ms since the epoch; undefined before its first answer, or where it does not say. */
  serverTime: number | undefined;

  constructor(
    account: PlatformAccount,
    readonly http: HttpCaller,
  ) {
    const { settings } = account;
    this.#url = `${addressOf(settings['apiUrl'])}/${encodeURIComponent(String(settings['database']))}/`;
    this.#user = String(settings['user']);
    this.#password = account.secret('password');
  }

  /** Calls a method of a model that reads. */
  read(model: TrytonModel, method: 'search_read' | 'fields_get', params: readonly JsonValue[]): Promise<JsonValue> {
    return this.#call(`model.${model}.${method}`, [...params, context], 'reading');
  }

  /** Calls one that changes something; `more` is added to the context. */
  write(
    model: TrytonModel,
    method: 'create' | 'write' | 'delete',
    params: readonly JsonValue[],
    more: Context = {},
  ): Promise<JsonValue> {
    return this.#call(`model.${model}.${method}`, [...params, { ...context, ...more }], 'writing');
  }

  /** Logs in where there is no session, and once more where it turns out to have ended: then nothing was done. */
  async #call(method: string, params: readonly JsonValue[], effect: Effect): Promise<JsonValue> {
    const held = sessions.find(this.#account());
    if (held !== undefined) {
      try {
        return await this.#send(method, params, effect, held);
      } catch (error) {
        if (!(error instanceof SessionEnded)) throw error;
        sessions.drop(this.#account(), held);
      }
    }
    return this.#send(method, params, effect, await this.#logIn());
  }

  #account(): readonly string[] {
    return [this.#url, this.#user, this.#password ?? ''];
  }

  async #logIn(): Promise<Secret> {
    if (this.#password === undefined) throw new NeedsAuthorization();
    const answer = await this.#send('common.db.login', [this.#user, { password: this.#password }, 'en'], 'reading');
    if (!Array.isArray(answer) || typeof answer[0] !== 'number' || typeof answer[1] !== 'string') {
      throw new NeedsAuthorization();
    }
    // The user's name is only for Tryton's log, and a colon in it would take the header apart.
    const name = encodeURIComponent(this.#user);
    const session = new Secret(Buffer.from(`${name}:${answer[0]}:${answer[1]}`).toString('base64'));
    sessions.keep(this.#account(), session);
    return session;
  }

  async #send(method: string, params: readonly JsonValue[], effect: Effect, session?: Secret): Promise<JsonValue> {
    let answer: OutboundAnswer;
    try {
      answer = await this.http.request({
        method: 'POST',
        url: this.#url,
        headers: {
          accept: 'application/json',
          'content-type': 'application/json',
          ...(session === undefined ? {} : { authorization: `Session ${session.reveal()}` }),
        },
        // An answer is JSON-RPC only where the call has exactly these members.
        body: JSON.stringify({ id: 0, method, params }),
      });
    } catch (error) {
      throw transportError(error, effect);
    }
    const time = Date.parse(answer.headers['date'] ?? '');
    this.serverTime = Number.isNaN(time) ? undefined : time;
    return resultOf(answer, effect);
  }
}
