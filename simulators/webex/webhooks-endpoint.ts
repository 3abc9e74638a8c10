import { type HttpAnswer } from '../common/http-exchange.js';
import { type ApiCall, noContent, ok, type Route } from './api-call.js';
import { type Pager } from './page.js';
import { RefusedActionError } from './refused-action-error.js';
import { type SimulatedWebhook, type WebhookRegistration } from './simulated-webhook.js';
import { type WebhookRegistry } from './webhook-registry.js';
import { type World } from './world.js';

const sizes = { usual: 100, largest: 1_000 };

/** `/webhooks` of the caller. Those on Service Apps are shown to tokens with `application:webhooks_read` only. */
export class WebhooksEndpoint {
  readonly routes: readonly Route[] = [
    { method: 'GET', pattern: /^\/webhooks$/, answer: (call) => this.#list(call) },
    { method: 'POST', pattern: /^\/webhooks$/, answer: (call) => this.#create(call) },
    { method: 'GET', pattern: /^\/webhooks\/([^/]+)$/, answer: (call) => ok(this.#webhook(call).body()) },
    { method: 'PUT', pattern: /^\/webhooks\/([^/]+)$/, answer: (call) => this.#update(call) },
    { method: 'DELETE', pattern: /^\/webhooks\/([^/]+)$/, answer: (call) => this.#delete(call) },
  ];

  constructor(
    private readonly world: World,
    private readonly registry: WebhookRegistry,
    private readonly pager: Pager,
  ) {}

  #list(call: ApiCall): HttpAnswer {
    const ownedBy = call.query('ownedBy') === 'org' ? 'org' : 'creator';
    const visible = this.registry
      .visibleTo(call.person, ownedBy)
      .filter(({ resource }) => resource !== 'serviceApp' || call.grant.allows('application:webhooks_read'));
    return this.pager.page(call, visible, (webhook) => webhook.body(), sizes);
  }

  #create(call: ApiCall): HttpAnswer {
    const fields = call.fields();
    const [filter, secret, ownedBy] = [fields.text('filter'), fields.text('secret'), fields.text('ownedBy')];
    if (ownedBy !== undefined && ownedBy !== 'org' && ownedBy !== 'creator') {
      throw new RefusedActionError(400, 'ownedBy must be org.');
    }
    const registration: WebhookRegistration = {
      name: fields.requiredText('name'),
      targetUrl: fields.requiredText('targetUrl', 'targetUrl cannot be null'),
      resource: fields.requiredText('resource'),
      event: fields.requiredText('event'),
      ...(filter === undefined || filter === '' ? {} : { filter }),
      ...(secret === undefined || secret === '' ? {} : { secret }),
      ...(ownedBy === undefined ? {} : { ownedBy }),
    };
    return ok(this.registry.register(registration, call.grant, this.world).body());
  }

  /** Changes name, target and secret, and switches on again; `active` is the only status, and all else is ignored. */
  #update(call: ApiCall): HttpAnswer {
    const webhook = this.#webhook(call);
    const fields = call.fields();
    const [status, secret] = [fields.text('status'), fields.text('secret')];
    if (status !== undefined && status !== 'active') throw new RefusedActionError(400, 'status must be active.');
    webhook.update({
      name: fields.requiredText('name'),
      targetUrl: fields.requiredText('targetUrl', 'targetUrl cannot be null'),
      ...(secret === undefined || secret === '' ? {} : { secret }),
    });
    if (status === 'active') webhook.reactivate(this.world.now());
    return ok(webhook.body());
  }

  #delete(call: ApiCall): HttpAnswer {
    this.registry.remove(this.#webhook(call));
    return noContent;
  }

  #webhook(call: ApiCall): SimulatedWebhook {
    const webhook = this.registry.visible(call.id, call.person);
    if (webhook === undefined) throw new RefusedActionError(404, 'Could not find a webhook with provided ID.');
    return webhook;
  }
}
