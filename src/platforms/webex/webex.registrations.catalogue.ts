/** What may be registered for a resource. */
interface CatalogueEntry {
  readonly events: readonly string[];
  readonly filters: readonly string[];
  /** Whether an administrator may register it for the organisation. */
  readonly forOrg?: true;
}

/** A webhook as it is asked for; nothing is said about the members yet. */
export interface AskedWebhook {
  readonly resource?: unknown;
  readonly event?: unknown;
  readonly filter?: unknown;
  readonly ownedBy?: unknown;
}

/** The first thing about a webhook that Webex would not take. */
export interface WebhookFault {
  readonly member: 'resource' | 'event' | 'filter' | 'ownedBy';
  readonly rule: string;
}

const changes = ['created', 'updated', 'deleted'];
const recordingFilters = [
  'id',
  'meetingId',
  'scheduledMeetingId',
  'meetingSeriesId',
  'hostEmail',
  'hostUserId',
  'siteUrl',
];
const counterFilters = ['clusterName', 'hostName', 'nodeType', 'agentId'];

/** Webex webhooks guide (2026), "Resources and events" and "Filters"; names are case-sensitive. */
const catalogue: ReadonlyMap<string, CatalogueEntry> = new Map(
  Object.entries<CatalogueEntry>({
    messages: {
      // There is no event for edits.
      events: ['created', 'deleted'],
      filters: ['roomId', 'roomType', 'personId', 'personEmail', 'mentionedPeople', 'hasFiles', 'hasAttachments'],
    },
    memberships: { events: changes, filters: ['roomId', 'personId', 'personEmail', 'isModerator'] },
    rooms: { events: ['created', 'updated', 'migrated'], filters: ['type', 'isLocked'], forOrg: true },
    attachmentActions: { events: ['created'], filters: ['messageId', 'personId', 'roomId'] },
    serviceApp: {
      events: ['authorized', 'deauthorized'],
      // The guide has the plural, Cisco's announcement of Service App webhooks the singular.
      filters: ['id', 'friendlyName', 'trainSiteNames', 'adminTrainSiteNames', 'adminTrainSiteName'],
    },
    meetings: {
      events: [...changes, 'started', 'ended'],
      filters: ['id', 'meetingNumber', 'meetingType', 'state', 'hostEmail', 'hostUserId', 'siteUrl'],
      forOrg: true,
    },
    meetingParticipants: {
      events: ['joined', 'left'],
      filters: ['id', 'meetingId', 'state', 'hostEmail', 'hostPersonId', 'siteUrl'],
      forOrg: true,
    },
    recordings: { events: changes, filters: recordingFilters, forOrg: true },
    convergedRecordings: {
      events: changes,
      filters: ['recordingId', 'ownerId', 'ownerEmail', 'ownerType', 'storageRegion', 'serviceType', 'locationId'],
      forOrg: true,
    },
    meetingTranscripts: { events: ['created'], filters: recordingFilters, forOrg: true },
    telephony_calls: { events: changes, filters: ['personality', 'state', 'number', 'personId', 'callType'] },
    telephony_conference: { events: changes, filters: [] },
    telephony_mwi: { events: ['updated'], filters: [] },
    dataSources: { events: changes, filters: ['id', 'schemaId', 'appId', 'orgId'] },
    // The guide writes uc_counter, the specification uc_counters.
    uc_counter: { events: ['updated'], filters: counterFilters },
    uc_counters: { events: ['updated'], filters: counterFilters },
    adminBatchJobs: { events: ['statusChanged'], filters: ['jobType'], forOrg: true },
    controlHubAlerts: { events: ['created'], filters: [], forOrg: true },
    videoMeshAlerts: { events: ['created'], filters: [], forOrg: true },
    // The firehose: memberships, messages and rooms.
    all: { events: [], filters: [] },
  }),
);

/** `all` stands for these three and for no other event. */
const coveredByAll: ReadonlySet<string> = new Set(changes);
/** What is filtered by a person other than the caller. */
const filtersOfOrg: ReadonlySet<string> = new Set(['hostEmail', 'hostUserId', 'ownerEmail', 'ownerId']);
const filterPart = /^([A-Za-z]+)=([^\s&]+)$/;

/** What is wrong with a webhook by the guide's tables; undefined where nothing is. Never throws. */
export function webhookFault({ resource, event, filter, ownedBy }: AskedWebhook): WebhookFault | undefined {
  const entry = typeof resource === 'string' ? catalogue.get(resource) : undefined;
  if (entry === undefined) return { member: 'resource', rule: 'resource must be one that Webex has webhooks for' };
  const eventRule = eventFault(resource === 'all', entry, event);
  if (eventRule !== undefined) return { member: 'event', rule: eventRule };
  if (ownedBy === 'org' && entry.forOrg === undefined) {
    return { member: 'ownedBy', rule: 'ownedBy must not be org for this resource' };
  }
  const filterRule = typeof filter === 'string' ? filterFault(entry, event, filter, ownedBy === 'org') : undefined;
  return filterRule === undefined ? undefined : { member: 'filter', rule: filterRule };
}

function eventFault(isFirehose: boolean, { events }: CatalogueEntry, event: unknown): string | undefined {
  if (isFirehose) return event === 'all' ? undefined : 'event must be all where the resource is';
  if (event === 'all') {
    if (events.some((one) => coveredByAll.has(one))) return undefined;
    return `event must be one of ${events.join(', ')}: all stands for created, updated and deleted only`;
  }
  const isKnown = typeof event === 'string' && events.includes(event);
  return isKnown ? undefined : `event must be one of ${events.join(', ')} for this resource`;
}

function filterFault(entry: CatalogueEntry, event: unknown, filter: string, isOfOrg: boolean): string | undefined {
  const allowed = event === 'migrated' ? [] : entry.filters;
  if (allowed.length === 0) return 'filter must not be set for this resource and event';
  const seen = new Set<string>();
  for (const part of filter.split('&')) {
    const name = filterPart.exec(part)?.[1];
    if (name === undefined) return 'filter must be name=value, joined with &';
    if (!allowed.includes(name)) return `filter must be by ${allowed.join(', ')}`;
    if (seen.has(name)) return 'filter must name each thing once';
    if (filtersOfOrg.has(name) && !isOfOrg) return 'filter by a host or an owner needs ownedBy: org';
    seen.add(name);
  }
  return undefined;
}
