/** What may be registered for a resource. */
interface CatalogueEntry {
  readonly events: readonly string[];
  readonly filters: readonly string[];
  /** One of these is needed to register; none when Cisco names none. */
  readonly scopes: readonly string[];
  /** All of the scopes are needed, not one. */
  readonly everyScope?: boolean;
  /** Whether an administrator may register for the whole organization. */
  readonly forOrg?: boolean;
}

const changes = ['created', 'updated', 'deleted'] as const;
const recordingFilters = [
  'id',
  'meetingId',
  'scheduledMeetingId',
  'meetingSeriesId',
  'hostEmail',
  'hostUserId',
  'siteUrl',
];

/** Resources, events and filters of the Webex webhooks guide (2026); names are case-sensitive. */
const catalogue: Readonly<Record<string, CatalogueEntry>> = {
  messages: {
    events: ['created', 'deleted'],
    filters: ['roomId', 'roomType', 'personId', 'personEmail', 'mentionedPeople', 'hasFiles', 'hasAttachments'],
    scopes: ['spark:messages_read'],
  },
  memberships: {
    events: changes,
    filters: ['roomId', 'personId', 'personEmail', 'isModerator'],
    scopes: ['spark:memberships_read'],
  },
  rooms: {
    events: ['created', 'updated', 'migrated'],
    filters: ['type', 'isLocked'],
    scopes: ['spark:rooms_read'],
    forOrg: true,
  },
  attachmentActions: {
    events: ['created'],
    filters: ['messageId', 'personId', 'roomId'],
    scopes: ['spark:messages_read'],
  },
  serviceApp: {
    events: ['authorized', 'deauthorized'],
    filters: ['id', 'friendlyName', 'trainSiteNames', 'adminTrainSiteNames'],
    scopes: ['application:webhooks_write'],
  },
  meetings: {
    events: [...changes, 'started', 'ended'],
    filters: ['id', 'meetingNumber', 'meetingType', 'state', 'hostEmail', 'hostUserId', 'siteUrl'],
    scopes: ['meeting:schedules_read', 'meeting:admin_schedule_read', 'spark-compliance:meetings_read'],
    forOrg: true,
  },
  meetingParticipants: {
    events: ['joined', 'left'],
    filters: ['id', 'meetingId', 'state', 'hostEmail', 'hostPersonId', 'siteUrl'],
    scopes: ['meeting:participants_read', 'meeting:admin_participants_read', 'spark-compliance:meetings_read'],
    forOrg: true,
  },
  recordings: {
    events: changes,
    filters: recordingFilters,
    scopes: ['meeting:recordings_read', 'meeting:admin_recordings_read', 'spark-compliance:meetings_read'],
    forOrg: true,
  },
  convergedRecordings: {
    events: changes,
    filters: ['recordingId', 'ownerId', 'ownerEmail', 'ownerType', 'storageRegion', 'serviceType', 'locationId'],
    scopes: [],
    forOrg: true,
  },
  meetingTranscripts: {
    events: ['created'],
    filters: recordingFilters,
    scopes: ['meeting:transcripts_read', 'meeting:admin_transcripts_read', 'spark-compliance:meetings_read'],
    forOrg: true,
  },
  telephony_calls: {
    events: changes,
    filters: ['personality', 'state', 'number', 'personId', 'callType'],
    scopes: ['spark:calls_read'],
  },
  telephony_conference: { events: changes, filters: [], scopes: ['spark:calls_read'] },
  telephony_mwi: { events: ['updated'], filters: [], scopes: ['spark:calls_read'] },
  dataSources: { events: changes, filters: ['id', 'schemaId', 'appId', 'orgId'], scopes: [] },
  // The guide says uc_counter, the specification uc_counters.
  uc_counter: { events: ['updated'], filters: ['clusterName', 'hostName', 'nodeType', 'agentId'], scopes: [] },
  uc_counters: { events: ['updated'], filters: ['clusterName', 'hostName', 'nodeType', 'agentId'], scopes: [] },
  adminBatchJobs: { events: ['statusChanged'], filters: ['jobType'], scopes: [], forOrg: true },
  controlHubAlerts: { events: ['created'], filters: [], scopes: [], forOrg: true },
  videoMeshAlerts: { events: ['created'], filters: [], scopes: [], forOrg: true },
};

const firehoseResources = ['memberships', 'messages', 'rooms'];
const firehoseEvents: readonly string[] = changes;
const firehose: CatalogueEntry = {
  events: changes,
  filters: [],
  scopes: ['spark:messages_read', 'spark:memberships_read', 'spark:rooms_read'],
  everyScope: true,
};

/** The entry of a resource, `all` included; undefined when there is no such resource or event. */
export function catalogueEntry(resource: string, event: string): CatalogueEntry | undefined {
  const entry = resource === 'all' ? firehose : catalogue[resource];
  return entry !== undefined && (event === 'all' || entry.events.includes(event)) ? entry : undefined;
}

/** `resource: all` means messages, memberships and rooms only, `event: all` created, updated and deleted only. */
export function registeredFor(
  registered: { readonly resource: string; readonly event: string },
  happened: { readonly resource: string; readonly event: string },
): boolean {
  const resources = registered.resource === 'all' ? firehoseResources : [registered.resource];
  const events = registered.event === 'all' ? firehoseEvents : [registered.event];
  return resources.includes(happened.resource) && events.includes(happened.event);
}
