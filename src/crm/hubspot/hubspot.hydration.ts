import { filledTextOf, isJsonObject, memberOf, parseJsonBytes } from '../../common/json/json.js';
import { type OutboundAnswer } from '../../common/outbound/outbound-http.js';
import { type FetchAnswer, type Hydration } from '../../platforms/platform.js';
import { recordKinds } from '../crm-record.js';
import { CrmRefused } from '../crm.errors.js';
import { HubSpotApi } from './hubspot.api.js';
import { errorOf, lostAnswer } from './hubspot.errors.js';
import { laneOf } from './hubspot.event.js';
import { objectIdPattern, recordTypes } from './hubspot.objects.js';
import { readOwner } from './hubspot.owner.js';
import { stageIdOf, textsOf } from './hubspot.record.js';
import { stageLabel } from './hubspot.stages.js';

/** Reads the records that calls tell of: an event names one property, never the record's name, and never its owner's address. */
export const hubspotHydration: Hydration = {
  needs(event) {
    if (event.type !== 'activity.reported') return [];
    const { activityType, externalId } = event.data;
    const kind = recordKinds.find((known) => activityType.startsWith(`${recordTypes[known].singular}.`));
    if (kind === undefined || externalId === undefined) return [];
    return [{ resource: recordTypes[kind].path, externalId, spaceExternalId: laneOf(kind, externalId) }];
  },

  /** A record and its owner, each as HubSpot wrote it, and what its stage is called, as members of one object. */
  async fetch({ resource, externalId }, account, http) {
    const kind = recordKinds.find((known) => recordTypes[known].path === resource);
    // Only what `needs` asked for comes back here.
    if (kind === undefined || !objectIdPattern.test(externalId)) return [];
    const api = new HubSpotApi(account, http);
    const query = new URLSearchParams({ properties: recordTypes[kind].properties.join(',') });
    const answer = await api.answer(`/crm/v3/objects/${resource}/${externalId}?${query.toString()}`);
    if (answer.status !== 200) return [finalNo(answer)];
    const parsed = parseJsonBytes(answer.body);
    if (!parsed.ok || !isJsonObject(parsed.value)) throw lostAnswer('reads');
    const properties = memberOf(parsed.value, 'properties');
    const ownerId = isJsonObject(properties) ? filledTextOf(properties, 'hubspot_owner_id') : undefined;
    const owner = ownerId === undefined ? undefined : await readOwner(api, ownerId);
    const stageId = isJsonObject(properties) ? stageIdOf(kind, textsOf(properties)) : undefined;
    const label = stageId === undefined ? undefined : await stageLabel(api, account, kind, stageId);
    const parts = [
      ...[Buffer.from('{"record":'), answer.body],
      ...(owner === undefined ? [] : [Buffer.from(',"owner":'), owner.bytes]),
      ...(label === undefined ? [] : [Buffer.from(`,"stage":${JSON.stringify({ id: stageId, label })}`)]),
    ];
    const updatedAt = Date.parse(filledTextOf(parsed.value, 'updatedAt') ?? '');
    return [
      {
        status: answer.status,
        contentType: 'application/json',
        body: Buffer.concat([...parts, Buffer.from('}')]),
        sourceTimeMs: Number.isNaN(updatedAt) ? undefined : updatedAt,
      },
    ];
  },
};

/** The answer where it says that there is no such record, or that it is not ours to read. Throws what passes. */
function finalNo(answer: OutboundAnswer): FetchAnswer {
  const { status, headers, body } = answer;
  const error = errorOf(answer, 'reads');
  const isFinal = error instanceof CrmRefused && (error.reason === 'gone' || error.reason === 'forbidden');
  if (!isFinal) throw error;
  return { status, contentType: headers['content-type'] ?? '', body, sourceTimeMs: undefined };
}
