import { isJsonObject } from '../../../common/json/json.js';
import { type Secret } from '../../../common/security/secret.js';
import { brokenContract } from './refusal.js';
import { type WebexAnswer } from './webex-answer.js';
import { type WebexApi } from './webex-api.js';
import { WebexRefusal } from './webex-api.errors.js';
import { readWebhook, type WebexWebhook } from './webex-webhook.js';

/** What a new registration is made of; resource, event and filter can never be changed afterwards. */
export interface NewWebhook {
  readonly name: string;
  readonly targetUrl: string;
  readonly resource: string;
  readonly event: string;
  readonly filter?: string | undefined;
  readonly secret?: Secret | undefined;
  readonly ownedBy?: 'org' | undefined;
}

/** What can be changed. Name and target are required even when they stay; the only status that can be set is `active`. */
export interface WebhookChange {
  readonly name: string;
  readonly targetUrl: string;
  readonly secret?: Secret | undefined;
  readonly status?: 'active' | undefined;
  readonly ownedBy?: 'org' | undefined;
}

/** The registrations that the holder of the token owns, or, with `ownedBy: 'org'`, its organisation's. */
export class WebexWebhooks {
  constructor(private readonly api: WebexApi) {}

  /** All of them, over all pages. Throws `WebexRefusal` rather than leaving one out. */
  async list(query: { readonly ownedBy?: 'org' } = {}): Promise<readonly WebexWebhook[]> {
    const webhooks: WebexWebhook[] = [];
    for await (const item of this.api.items(['webhooks'], { max: 100, ...query })) {
      const webhook = readWebhook(item);
      if (webhook === undefined) throw brokenContract('A webhook in the list of Webex has no id.');
      webhooks.push(webhook);
    }
    return webhooks;
  }

  async create({ secret, ...rest }: NewWebhook): Promise<WebexWebhook> {
    return webhookIn(await this.api.post(['webhooks'], { ...stated(rest), ...stated({ secret: secret?.reveal() }) }));
  }

  async update(id: string, { secret, ...rest }: WebhookChange): Promise<WebexWebhook> {
    return webhookIn(
      await this.api.put(['webhooks', id], { ...stated(rest), ...stated({ secret: secret?.reveal() }) }),
    );
  }

  /** Afterwards it does not exist; one that did not exist before is no error. */
  async delete(id: string): Promise<void> {
    await this.api.delete(['webhooks', id]).catch((error: unknown) => {
      if (!(error instanceof WebexRefusal) || error.outcome !== 'gone') throw error;
    });
  }
}

function webhookIn(answer: WebexAnswer): WebexWebhook {
  const webhook = isJsonObject(answer.json) ? readWebhook(answer.json) : undefined;
  if (webhook === undefined) throw brokenContract('The webhook that Webex answered has no id.', answer);
  return webhook;
}

/** Without the members that are not set. */
function stated(members: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries(members).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(entries);
}
