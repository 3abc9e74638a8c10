import { filledTextOf, memberOf } from '../../common/json/json.js';
import { CrmRefused } from '../crm.errors.js';
import { type HubSpotApi } from './hubspot.api.js';
import { keyProperty, type HubSpotEntryType } from './hubspot.objects.js';

/** A group of our own: which ones HubSpot has for notes and tasks is documented nowhere. */
const group = { name: 'liaison', label: 'Liaison' };

/**
 * Whether the account has the property for keys on entries of that type. Throws `CrmRefused` for one whose values HubSpot does
 * not keep unique: somebody made it by hand, and one key could make two entries.
 */
export async function hasKeyProperty(api: HubSpotApi, { path }: HubSpotEntryType): Promise<boolean> {
  try {
    const property = await api.get(`/crm/v3/properties/${path}/${keyProperty}`);
    // Another object than the one asked for is no answer about it.
    if (filledTextOf(property, 'name') === keyProperty && memberOf(property, 'hasUniqueValue') === true) return true;
  } catch (error) {
    if (error instanceof CrmRefused && error.reason === 'gone') return false;
    throw error;
  }
  throw new CrmRefused('invalid', `The property ${keyProperty} of ${path} does not keep its values unique.`);
}

/** Makes the property; that somebody else has made it meanwhile is no error. */
export async function makeKeyProperty(api: HubSpotApi, { path }: HubSpotEntryType): Promise<void> {
  await unlessThere(api.post(`/crm/v3/properties/${path}/groups`, group));
  await unlessThere(
    api.post(`/crm/v3/properties/${path}`, {
      name: keyProperty,
      label: 'Liaison key',
      description: 'Tells Liaison its own entries. Do not change it.',
      groupName: group.name,
      type: 'string',
      fieldType: 'text',
      hasUniqueValue: true,
    }),
  );
}

async function unlessThere(made: Promise<void>): Promise<void> {
  try {
    await made;
  } catch (error) {
    if (!(error instanceof CrmRefused && error.reason === 'duplicate')) throw error;
  }
}
