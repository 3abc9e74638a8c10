import { isJsonObject, type JsonValue } from '../../common/json/json.js';
import { Secret } from '../../common/security/secret.js';
import { isInSpace, type LiaisonEvent } from '../../events/event.js';
import { NeedsAuthorization } from '../platform.errors.js';
import { type FetchAnswer, type FetchRequest, type Hydration } from '../platform.js';
import { type PlatformAccount } from '../platform-account.js';
import { type ApiPath } from './api/api-url.js';
import { WebexApi } from './api/webex-api.js';
import { WebexRefusal } from './api/webex-api.errors.js';
import { uuidOfWebexId } from './api/webex-id.js';
import { type RawAnswer, type WebexAnswer } from './api/webex-answer.js';
import { cardSubmit } from './webex.card.js';
import { isWebexResource, type WebexResource } from './webex.fetched.js';
import { webexOrganizations } from './webex.organizations.js';
import { passingOrFinal } from './webex.refusal.js';
import { unavailableProperty } from './webex.room.js';
import { publicWebexApi } from './webex.settings.js';
import { timeIn } from './webex.time.js';

/** Webex cuts a larger number to what it allows. */
const membersPerPage = 100;

/** Completes the thin calls of Webex: it sends no text, no title and no inputs, and tells of joins after our own only. */
export const webexHydration: Hydration = {
  needs(event, { titleKnown }) {
    if (!isInSpace(event) || saysUnreadable(event)) return [];
    const roomId = event.data.space.externalId;
    const wanted: [WebexResource, string][] = [];
    if (event.type === 'message.created' && event.data.content === null) {
      wanted.push(['messages', event.data.messageExternalId]);
    }
    if (isThinSubmission(event)) wanted.push(['attachment/actions', event.data.annotationExternalId]);
    if (!titleKnown || tellsOfUnseenRoom(event)) wanted.push(['rooms', roomId]);
    if (!titleKnown) wanted.push(['memberships', roomId]);
    const organization = event.data.space.organizationExternalId;
    const whose =
      organization === undefined ? {} : { organizationExternalId: uuidOfWebexId(organization) ?? organization };
    return wanted.map(([resource, externalId]) => ({ resource, externalId, spaceExternalId: roomId, ...whose }));
  },

  async fetch(request, account, http) {
    const { resource, externalId } = request;
    // Only what `needs` asked for comes back here.
    if (!isWebexResource(resource)) return [];
    const token = await tokenFor(request, account);
    if (token === undefined) throw new NeedsAuthorization();
    const apiUrl = account.settings['apiUrl'];
    const api = new WebexApi(http, {
      apiUrl: typeof apiUrl === 'string' ? apiUrl : publicWebexApi,
      token: () => new Secret(token),
    });
    const answers: FetchAnswer[] = [];
    try {
      for await (const answer of answersTo(api, resource, externalId)) answers.push(given(answer));
    } catch (error) {
      answers.push(given(finalAnswerIn(error)));
    }
    return answers;
  },
};

/** A Service App reads an organisation's rooms with that organisation's token; its own one only fetches such tokens. */
function tokenFor(request: FetchRequest, account: PlatformAccount): Promise<string | undefined> {
  const organization = request.organizationExternalId;
  return organization !== undefined && webexOrganizations.usesTheirTokens(account.settings)
    ? account.organizationToken(organization)
    : account.appToken();
}

/** Asking again, for every such fact, for a room that we may not see would never end. */
function saysUnreadable(event: LiaisonEvent): boolean {
  return event.type === 'space.updated' && typeof event.data.changes.properties?.[unavailableProperty] === 'string';
}

function isThinSubmission(event: LiaisonEvent): event is LiaisonEvent<'annotation.added'> {
  const { type, data } = event;
  return type === 'annotation.added' && data.annotationType === cardSubmit && data.payload === undefined;
}

function tellsOfUnseenRoom(event: LiaisonEvent): boolean {
  return event.type === 'space.migrated' || (event.type === 'space.updated' && event.data.changes.title === undefined);
}

async function* answersTo(api: WebexApi, resource: WebexResource, id: string): AsyncGenerator<WebexAnswer> {
  if (resource === 'memberships') yield* api.pages(['memberships'], { roomId: id, max: membersPerPage });
  else yield await api.get(pathOf[resource](id));
}

const pathOf: Readonly<Record<Exclude<WebexResource, 'memberships'>, (id: string) => ApiPath>> = {
  messages: (id) => ['messages', id],
  'attachment/actions': (id) => ['attachment', 'actions', id],
  rooms: (id) => ['rooms', id],
};

/** The final no in a refusal. Throws every other failure, in the words that all platforms share where there are some. */
function finalAnswerIn(error: unknown): RawAnswer {
  if (!(error instanceof WebexRefusal)) throw error;
  const isFinal = error.outcome === 'gone' || error.outcome === 'refused';
  if (isFinal && error.answer !== undefined) return error.answer;
  throw passingOrFinal(error);
}

function given(answer: RawAnswer & { readonly json?: JsonValue | undefined }): FetchAnswer {
  const { status, headers, bytes, json } = answer;
  return {
    status,
    contentType: headers['content-type'] ?? '',
    body: bytes,
    sourceTimeMs: isJsonObject(json) ? timeIn(json, 'updated', 'created') : undefined,
  };
}
