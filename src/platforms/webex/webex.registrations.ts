import { isJsonObject, textOf, type JsonValue } from '../../common/json/json.js';
import { Secret } from '../../common/security/secret.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';
import { type ActualRegistration, type DesiredRegistration, type Registrations } from '../platform.js';
import { RegistrationRefused, type RegistrationRefusal } from '../registration-refused.js';
import { WebexApi } from './api/webex-api.js';
import { WebexRefusal } from './api/webex-api.errors.js';
import { isActive, type WebexWebhook } from './api/webex-webhook.js';
import { WebexWebhooks } from './api/webex-webhooks.js';
import { passingOrFinal } from './webex.refusal.js';
import { publicWebexApi } from './webex.settings.js';

/**
 * What we have words for. `all` stands for created, updated and deleted: a room's move to another id, a card's submission
 * and what organisations allow a Service App each need a webhook of their own.
 */
const ofPeopleAndBots: readonly DesiredRegistration[] = [
  { resource: 'messages', event: 'all' },
  { resource: 'memberships', event: 'all' },
  { resource: 'rooms', event: 'all' },
  { resource: 'rooms', event: 'migrated' },
  { resource: 'attachmentActions', event: 'created' },
];
const ofServiceApps: readonly DesiredRegistration[] = [
  { resource: 'serviceApp', event: 'authorized' },
  { resource: 'serviceApp', event: 'deauthorized' },
];

/**
 * Webhooks over `/v1/webhooks`. Webex switches one off after a hundred failures in five minutes, tells nobody, and takes it
 * up again only when it is asked to. Resource, event and filter of a webhook never change.
 */
export const webexRegistrations: Registrations = {
  desired(settings) {
    const webhooks = settings['webhooks'];
    if (Array.isArray(webhooks)) return webhooks.flatMap((item: JsonValue) => desiredIn(item));
    return settings['kind'] === 'service-app' ? ofServiceApps : ofPeopleAndBots;
  },

  at(account, http) {
    const apiUrl = account.settings['apiUrl'];
    const webhooks = new WebexWebhooks(
      new WebexApi(http, {
        apiUrl: typeof apiUrl === 'string' ? apiUrl : publicWebexApi,
        token: async () => new Secret(await account.appToken()),
      }),
    );
    return {
      list: ({ ofOrganization }) =>
        answered(async () => {
          const own = await webhooks.list();
          const shared = ofOrganization ? await webhooks.list({ ownedBy: 'org' }) : [];
          // Whether the first list holds those of the organisation, too, is not documented.
          const all = new Map([...own, ...shared].map((webhook) => [webhook.id, webhook]));
          return [...all.values()].map(actual);
        }),
      create: (desired, fields) =>
        answered(async () => {
          const { resource, event, filter, ownedBy } = desired;
          return actual(await webhooks.create({ ...fields, resource, event, filter, ownedBy }));
        }),
      update: ({ externalId, ownedBy }, fields, { reactivate }) =>
        answered(async () => {
          const status = reactivate ? ('active' as const) : undefined;
          return actual(await webhooks.update(externalId, { ...fields, status, ownedBy }));
        }),
      remove: (externalId) => answered(() => webhooks.delete(externalId)),
    };
  },
};

/** Stored settings were checked when they came in; this only gives them their type back. */
function desiredIn(item: JsonValue): DesiredRegistration[] {
  if (!isJsonObject(item)) return [];
  const [resource, event, filter] = [textOf(item, 'resource'), textOf(item, 'event'), textOf(item, 'filter')];
  if (resource === undefined || event === undefined) return [];
  return [{ resource, event, filter, ...(textOf(item, 'ownedBy') === 'org' ? { ownedBy: 'org' } : {}) }];
}

function actual(webhook: WebexWebhook): ActualRegistration {
  const { id, name, targetUrl, resource, event, filter, secret, ownedBy } = webhook;
  return {
    externalId: id,
    name,
    targetUrl,
    resource,
    event,
    filter,
    secret,
    active: isActive(webhook),
    ...(ownedBy === 'org' ? { ownedBy } : {}),
  };
}

async function answered<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw error instanceof WebexRefusal ? meaningOf(error) : error;
  }
}

function meaningOf(refusal: WebexRefusal): Error {
  const meaning = passingOrFinal(refusal);
  if (meaning instanceof NeedsAuthorization || meaning instanceof PlatformUnavailable) return meaning;
  return new RegistrationRefused(reasonOf(refusal), refusal);
}

function reasonOf({ outcome, platformStatus }: WebexRefusal): RegistrationRefusal {
  if (outcome === 'refused') return 'not-allowed';
  if (outcome === 'gone') return 'gone';
  return platformStatus === 409 ? 'conflict' : 'invalid';
}
