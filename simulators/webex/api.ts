import { type HttpAnswer, type HttpCall } from '../common/http-exchange.js';
import { ApiCall, type Route } from './api-call.js';
import { ApplicationsEndpoint } from './applications-endpoint.js';
import { AttachmentActionsEndpoint } from './attachment-actions-endpoint.js';
import { AuthorizationsEndpoint } from './authorizations-endpoint.js';
import { errorAnswer } from './error-answer.js';
import { type Grants } from './grants.js';
import { MembershipsEndpoint } from './memberships-endpoint.js';
import { MessagesEndpoint } from './messages-endpoint.js';
import { type OauthEndpoint } from './oauth-endpoint.js';
import { type Pager } from './page.js';
import { PeopleEndpoint } from './people-endpoint.js';
import { RefusedActionError } from './refused-action-error.js';
import { RoomsEndpoint } from './rooms-endpoint.js';
import { type WebhookRegistry } from './webhook-registry.js';
import { WebhooksEndpoint } from './webhooks-endpoint.js';
import { type World } from './world.js';

const base = '/v1';

/** The REST interface: finds the endpoint, knows the caller, and turns refusals into error bodies. */
export class Api {
  readonly #routes: readonly Route[];

  constructor(
    private readonly oauth: OauthEndpoint,
    private readonly grants: Grants,
    world: World,
    registry: WebhookRegistry,
    pager: Pager,
  ) {
    this.#routes = [
      new PeopleEndpoint(world, pager),
      new RoomsEndpoint(world, pager),
      new MembershipsEndpoint(world, pager),
      new MessagesEndpoint(world, pager),
      new AttachmentActionsEndpoint(world),
      new WebhooksEndpoint(world, registry, pager),
      new ApplicationsEndpoint(world, grants),
      new AuthorizationsEndpoint(world, grants),
    ].flatMap(({ routes }) => routes);
  }

  answer(http: HttpCall, trackingId: string): HttpAnswer {
    try {
      return this.#answer(http, trackingId);
    } catch (error) {
      if (error instanceof RefusedActionError) return errorAnswer(error.status, error.message, trackingId);
      throw error;
    }
  }

  #answer(http: HttpCall, trackingId: string): HttpAnswer {
    if (!http.path.startsWith(`${base}/`)) throw new RefusedActionError(404, 'The requested resource was not found.');
    const path = http.path.slice(base.length);
    if (path === '/authorize' && http.method === 'GET') return this.oauth.authorize(http, trackingId);
    if (path === '/access_token' && http.method === 'POST') return this.oauth.token(http, trackingId);
    const grant = this.grants.ofAccess(http.headers.authorization);
    if (grant === undefined) {
      throw new RefusedActionError(401, 'The request requires a valid access token set in the Authorization header.');
    }
    const onPath = this.#routes.filter(({ pattern }) => pattern.test(path));
    if (onPath.length === 0) throw new RefusedActionError(404, 'The requested resource was not found.');
    const route = onPath.find(({ method }) => method === http.method);
    if (route === undefined) throw new RefusedActionError(405, 'The method is not allowed here.');
    return route.answer(new ApiCall(http, grant, decoded(route.pattern.exec(path)?.[1] ?? '')));
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new RefusedActionError(404, 'The requested resource was not found.');
  }
}
