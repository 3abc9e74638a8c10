import { type Hydration } from '../../platforms/platform.js';
import { EspocrmApi } from './espocrm.api.js';
import { kindOf } from './espocrm.records.js';

/**
 * Reads the record of which a webhook told a few attributes, neither in order nor with a time: what is read is what holds. A fact
 * that names its record says enough, as one does that was read.
 */
export const espocrmHydration: Hydration = {
  needs(event) {
    if (event.type !== 'crm.record.changed' || event.data.name !== undefined) return [];
    const { recordKind, recordExternalId } = event.data;
    return [{ resource: recordKind, externalId: recordExternalId, spaceExternalId: recordKind }];
  },

  async fetch({ resource, externalId }, account, http) {
    const kind = kindOf(resource);
    // Only what `needs` asked for comes back here.
    if (kind === undefined) return [];
    const { status, body } = await new EspocrmApi(account, http).answerAbout(kind, externalId);
    return [{ status, contentType: 'application/json', body, sourceTimeMs: undefined }];
  },
};
