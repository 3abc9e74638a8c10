import { filledTextOf, textOf, type JsonObject } from '../../../common/json/json.js';
import { Secret } from '../../../common/security/secret.js';

/** A registration at Webex. A field that Webex left out is an empty text, or undefined where it is optional. */
export interface WebexWebhook {
  readonly id: string;
  readonly name: string;
  readonly targetUrl: string;
  readonly resource: string;
  readonly event: string;
  readonly filter: string | undefined;
  /** Webex gives it back in clear to whoever holds the token. */
  readonly secret: Secret | undefined;
  readonly status: string;
  /** `creator` or `org`. */
  readonly ownedBy: string;
  readonly created: string;
  /** Every other field, as it came. */
  readonly others: JsonObject;
}

const known: ReadonlySet<string> = new Set([
  'id',
  'name',
  'targetUrl',
  'resource',
  'event',
  'filter',
  'secret',
  'status',
  'ownedBy',
  'created',
]);

/** Reads a webhook object leniently; undefined where it has no id, without which nothing can be done with it. */
export function readWebhook(object: JsonObject): WebexWebhook | undefined {
  const id = filledTextOf(object, 'id');
  if (id === undefined) return undefined;
  const secret = filledTextOf(object, 'secret');
  return {
    id,
    name: textOf(object, 'name') ?? '',
    targetUrl: textOf(object, 'targetUrl') ?? '',
    resource: textOf(object, 'resource') ?? '',
    event: textOf(object, 'event') ?? '',
    filter: filledTextOf(object, 'filter'),
    secret: secret === undefined ? undefined : new Secret(secret),
    status: textOf(object, 'status') ?? '',
    ownedBy: textOf(object, 'ownedBy') ?? '',
    created: textOf(object, 'created') ?? '',
    others: Object.fromEntries(Object.entries(object).filter(([name]) => !known.has(name))),
  };
}

/** Whether Webex calls it. It says `inactive` in one place and `disabled` in others; only `active` is on. */
export function isActive(webhook: WebexWebhook): boolean {
  return webhook.status === 'active';
}
