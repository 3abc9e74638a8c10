import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, noContent, ok, type Route } from './api-call.js';
import { type Grant, type Grants } from './grants.js';
import { platformDate } from './platform-date.js';
import { RefusedActionError } from './refused-action-error.js';
import { keyOf } from './webex-id.js';
import { type World } from './world.js';

/** `/authorizations`: an administrator looks at, and ends, what apps may do in the organization. */
export class AuthorizationsEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/authorizations$/, answer: (call) => this.#list(call) },
    { method: 'GET', pattern: /^\/authorizations\/tokenExpiry$/, answer: (call) => this.#expiry(call) },
    { method: 'DELETE', pattern: /^\/authorizations$/, answer: (call) => this.#deleteOfClient(call) },
    { method: 'DELETE', pattern: /^\/authorizations\/([^/]+)$/, answer: (call) => this.#delete(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly grants: Grants,
  ) {}

  /** All of a person at once; no paging is documented. */
  #list(call: ApiCall): HttpAnswer {
    requireAdmin(call, 'identity:tokens_read');
    const person =
      this.world.person(call.query('personId') ?? '') ?? this.world.personByEmail(call.query('personEmail') ?? '');
    if (person?.org !== call.person.org) throw new RefusedActionError(404, 'Person not found.');
    const found = this.grants.refreshable.filter((grant) => grant.person === person);
    return ok({ items: found.map(authorizationBody) });
  }

  #expiry(call: ApiCall): HttpAnswer {
    return ok({ exp: this.grants.expiryOf(call.http.headers.authorization) ?? 0 });
  }

  #deleteOfClient(call: ApiCall): HttpAnswer {
    requireAdmin(call, 'identity:tokens_write');
    const [clientId, orgId] = [call.query('clientId'), call.query('orgId')];
    if (clientId === undefined) throw new RefusedActionError(400, 'clientId cannot be empty');
    if (orgId !== undefined && keyOf(orgId) !== call.person.org.uuid) {
      throw new RefusedActionError(403, 'Another organization.');
    }
    this.grants.revoke(({ app, person }) => app.clientId === clientId && person.org === call.person.org);
    return noContent;
  }

  #delete(call: ApiCall): HttpAnswer {
    requireAdmin(call, 'identity:tokens_write');
    const found = this.grants.refreshable.find(({ id, person }) => id === call.id && person.org === call.person.org);
    if (found === undefined) throw new RefusedActionError(404, 'No such authorization.');
    this.grants.revoke((grant) => grant === found);
    return noContent;
  }
}

function requireAdmin(call: ApiCall, scope: string): void {
  call.requireScope(scope);
  if (!call.person.admin) throw new RefusedActionError(403, 'Only an administrator may.');
}

function authorizationBody({ id, app, person, created }: Grant): Readonly<Record<string, unknown>> {
  return {
    id,
    applicationId: app.applicationId,
    applicationName: app.name,
    personId: person.id,
    clientId: app.clientId,
    created: platformDate(created, 'offset'),
    type: 'refresh',
  };
}
