import { filledTextOf, isJsonObject, parseJsonBytes, type JsonObject } from '../../common/json/json.js';
import { CrmRefused } from '../crm.errors.js';
import { type CrmPerson } from '../crm-record.js';
import { type HubSpotApi } from './hubspot.api.js';
import { errorOf, lostAnswer } from './hubspot.errors.js';
import { objectIdPattern } from './hubspot.objects.js';

/** What HubSpot says of an owner, byte for byte; undefined where there is none, or where the app may not read them. */
export async function readOwner(
  api: HubSpotApi,
  id: string,
): Promise<{ readonly bytes: Buffer; readonly value: JsonObject } | undefined> {
  if (!objectIdPattern.test(id)) return undefined;
  const answer = await api.answer(`/crm/v3/owners/${id}`);
  if (answer.status === 200) {
    const parsed = parseJsonBytes(answer.body);
    if (!parsed.ok || !isJsonObject(parsed.value)) throw lostAnswer('reads');
    return { bytes: answer.body, value: parsed.value };
  }
  const error = errorOf(answer, 'reads');
  if (error instanceof CrmRefused) return undefined;
  throw error;
}

/** Pure. The person behind an owner's id, as far as `owner` tells. */
export function personOf(externalId: string, owner: JsonObject | undefined): CrmPerson {
  if (owner === undefined) return { externalId };
  const name = ['firstName', 'lastName'].flatMap((part) => filledTextOf(owner, part) ?? []).join(' ');
  const email = filledTextOf(owner, 'email')?.toLowerCase();
  return { externalId, ...(name === '' ? {} : { name }), ...(email === undefined ? {} : { email }) };
}
