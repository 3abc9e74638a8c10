import { type HttpAnswer, type HttpCall, jsonObject, mediaType } from '../common/http-exchange.js';
import { type Grant } from './grants.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedPerson } from './simulated-person.js';

/** An authenticated call of the REST interface. */
export class ApiCall {
  constructor(
    readonly http: HttpCall,
    readonly grant: Grant,
    /** What stands in the path at the place of an id. */
    readonly id: string,
  ) {}

  get person(): SimulatedPerson {
    return this.grant.person;
  }

  /** A parameter without a value, as in links to next pages, counts as missing. */
  query(name: string): string | undefined {
    const value = this.http.query.get(name);
    return value === null || value === '' ? undefined : value;
  }

  requireScope(scope: string): void {
    if (!this.grant.allows(scope)) {
      throw new RefusedActionError(
        403,
        'The access token is missing required scopes or the user is missing required roles.',
      );
    }
  }

  /** The body's fields; refuses anything but JSON with 415. */
  fields(): ApiFields {
    if (mediaType(this.http) !== 'application/json') {
      throw new RefusedActionError(415, `Content type '${mediaType(this.http)}' not supported`);
    }
    const body = jsonObject(this.http.body.toString('utf8'));
    if (body === undefined) throw new RefusedActionError(400, 'The body is not a JSON object.');
    return new ApiFields(body);
  }
}

/** The fields of a body; what has the wrong type is refused with 400. */
export class ApiFields {
  constructor(readonly body: Readonly<Record<string, unknown>>) {}

  text(name: string): string | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'string') throw new RefusedActionError(400, `${name} must be text`);
    return value;
  }

  requiredText(name: string, complaint = `${name} cannot be empty`): string {
    const value = this.text(name);
    if (value === undefined || value.trim() === '') throw new RefusedActionError(400, complaint);
    return value;
  }

  flag(name: string): boolean | undefined {
    const value = this.body[name];
    if (value === undefined || value === null) return undefined;
    if (typeof value !== 'boolean') throw new RefusedActionError(400, `${name} must be true or false`);
    return value;
  }

  requiredFlag(name: string): boolean {
    const value = this.flag(name);
    if (value === undefined) throw new RefusedActionError(400, `${name} cannot be null`);
    return value;
  }
}

/** One call of the interface: `pattern` matches the whole path below the base and may hold one group, the id. */
export interface Route {
  readonly method: string;
  readonly pattern: RegExp;
  readonly answer: (call: ApiCall) => HttpAnswer;
}

export const noContent: HttpAnswer = { status: 204 };

export function ok(body: Readonly<Record<string, unknown>>): HttpAnswer {
  return { status: 200, body };
}
