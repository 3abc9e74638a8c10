import { InvalidInput } from '../common/errors/liaison-error.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { type SecretBox } from '../common/security/secret-box.js';
import { type SealedColumn } from '../database/sealed-columns.js';
import { type WebhookSecretInput } from '../platforms/webhook-secrets.dto.js';

/** A webhook secret as stored; without bounds it is always valid. */
export interface StoredWebhookSecret {
  readonly id: string;
  readonly secret: string;
  readonly from: string | null;
  readonly until: string | null;
}

/** What `sealed_secrets` holds when opened. */
export interface ConnectionSecrets {
  readonly webhookSecrets: readonly StoredWebhookSecret[];
  /** All other secrets of the platform, by their name in the API. */
  readonly named: Readonly<Record<string, string>>;
}

export const noSecrets: ConnectionSecrets = { webhookSecrets: [], named: {} };

/** Sealed secrets belong to one row: copied to another they do not open. */
function boundTo(connection: { tenantId: string; id: string }): string {
  return `connection\n${connection.tenantId}\n${connection.id}`;
}

/** Where connections keep their secrets. */
export const connectionSecretsColumn: SealedColumn = {
  table: 'connections',
  column: 'sealed_secrets',
  key: ['id'],
  boundBy: ['tenant_id', 'id'],
  boundTo: ({ id = '', tenant_id: tenantId = '' }) => boundTo({ tenantId, id }),
};

/** Seals the secrets for that row and no other. */
export function sealSecrets(
  box: SecretBox,
  connection: { tenantId: string; id: string },
  secrets: ConnectionSecrets,
): string {
  return box.seal(JSON.stringify(secrets), boundTo(connection));
}

/** Opens what `sealSecrets` made. Throws `SecretBoxError` for another row's text or an unknown master key. */
export function openSecrets(
  box: SecretBox,
  connection: { tenantId: string; id: string; sealedSecrets: string },
): ConnectionSecrets {
  const parsed: unknown = JSON.parse(box.open(connection.sealedSecrets, boundTo(connection)));
  // Sealed by `sealSecrets` and authenticated, so the shape is the one that went in.
  return parsed as ConnectionSecrets;
}

/**
 * The stored secrets after a change: names that the change does not mention stay, `webhookSecrets` replaces the list,
 * in which `{id}` keeps a stored secret. Throws `InvalidInput` for an id that is not stored.
 */
export function changeSecrets(stored: ConnectionSecrets, change: Readonly<Record<string, unknown>>): ConnectionSecrets {
  const { webhookSecrets, ...named } = change;
  const texts = Object.entries(named).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
  return {
    named: { ...stored.named, ...Object.fromEntries(texts) },
    webhookSecrets: Array.isArray(webhookSecrets)
      ? // Validated by `WebhookSecrets` before it gets here.
        (webhookSecrets as WebhookSecretInput[]).map((input, index) => toStored(input, stored, index))
      : stored.webhookSecrets,
  };
}

/** The names of stored secrets that a change does not bring anew; a webhook secret that is kept by its id is not brought. */
export function secretsNotEntered(
  stored: ConnectionSecrets,
  change: Readonly<Record<string, unknown>>,
  { withWebhooks }: { readonly withWebhooks: boolean },
): readonly string[] {
  const named = Object.keys(stored.named).filter((name) => typeof change[name] !== 'string');
  const { webhookSecrets } = change;
  const bringsWebhooks =
    Array.isArray(webhookSecrets) &&
    // Validated by `WebhookSecrets` before it gets here.
    (webhookSecrets as WebhookSecretInput[]).every((input) => typeof input === 'string' || 'secret' in input);
  const lacksWebhooks = withWebhooks && stored.webhookSecrets.length > 0 && !bringsWebhooks;
  return lacksWebhooks ? [...named, 'webhookSecrets'] : named;
}

function toStored(input: WebhookSecretInput, stored: ConnectionSecrets, index: number): StoredWebhookSecret {
  if (typeof input === 'string') return { id: uuidV7(), secret: input, from: null, until: null };
  const bounds = { from: input.from ?? null, until: input.until ?? null };
  if ('secret' in input) return { id: uuidV7(), secret: input.secret, ...bounds };
  const kept = stored.webhookSecrets.find((candidate) => candidate.id === input.id);
  if (kept === undefined) {
    const pointer = `/secrets/webhookSecrets/${index}/id`;
    throw new InvalidInput({
      detail: 'A webhook secret is kept by an id that this connection does not have.',
      faults: [{ pointer, detail: 'names no stored webhook secret of this connection' }],
    });
  }
  return { ...kept, ...bounds };
}
