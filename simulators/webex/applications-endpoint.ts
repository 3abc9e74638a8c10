import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, ok, type Route } from './api-call.js';
import { Grant, type Grants } from './grants.js';
import { RefusedActionError } from './refused-action-error.js';
import { SimulatedServiceApp } from './simulated-service-app.js';
import { tokenBody } from './token-body.js';
import { type World } from './world.js';

/** `POST /applications/{id}/token`: the tokens of a Service App for one organization that authorized it. */
export class ApplicationsEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'POST', pattern: /^\/applications\/([^/]+)\/token$/, answer: (call) => this.#token(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly grants: Grants,
  ) {}

  #token(call: ApiCall): HttpAnswer {
    call.requireScope('spark:applications_token');
    const app = this.world.app(call.id);
    if (!(app instanceof SimulatedServiceApp)) throw new RefusedActionError(404, 'No such application.');
    const fields = call.fields();
    const clientId = fields.requiredText('clientId');
    const clientSecret = fields.requiredText('clientSecret');
    const targetOrgId = fields.requiredText('targetOrgId');
    if (clientId !== app.clientId || clientSecret !== app.clientSecret) {
      throw new RefusedActionError(400, 'The client id or the client secret is not that of the application.');
    }
    if (!app.isAuthorizedBy(targetOrgId)) {
      throw new RefusedActionError(403, 'The application is not authorized by an administrator of the organization.');
    }
    const grant = new Grant(app, app.machineAccount(targetOrgId), app.scopes, this.world.now());
    return ok(tokenBody(this.grants.issuePair(grant)));
  }
}
