import { randomUUID } from 'node:crypto';
import { type ApiOperation } from './api-document.js';
import { type ApiStage } from './api-stage.js';
import { skypeEndpoint } from './skype-for-business.js';

/** A request to one operation, as its description names the parts. */
export interface ApiRequest {
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string | number | boolean>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: object;
}

type Recipe = (stage: ApiStage) => ApiRequest | Promise<ApiRequest>;

const inAcme = ({ ids }: ApiStage): ApiRequest => ({ query: { spaceId: ids['spaces'] ?? '', limit: 2 } });
const inAcmeFromTheStart = (stage: ApiStage): ApiRequest => ({ query: { ...inAcme(stage).query, order: 'asc' } });
const onInvitation =
  (body: object): Recipe =>
  async (stage) => ({ path: { id: await stage.invitation() }, body });
const endpoint = skypeEndpoint;

const mapping = {
  timeline: { form: 'note', when: '!message.isDeleted' },
  entries: [
    {
      ...{ name: 'quotes', on: 'message', when: 'message.text.contains("quote")', form: 'task' },
      ...{ title: 'firstLine(message.text)', due: 'message.at + duration("72h")' },
    },
  ],
};

/**
 * How each operation is called so that it succeeds, by its operationId. A list, and a read of one thing whose id the stage
 * knows, need none.
 */
const recipes: Readonly<Record<string, Recipe>> = {
  createConnection: () => ({
    body: {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: '0d00981e-eff2-4e84-88c0-6b1c76fa5801' },
      secrets: { appSecret: 'secret of the app', webhookSecrets: ['secret of the webhook'] },
    },
  }),
  changeConnection: async (stage) => ({ path: { id: await stage.spareConnection() }, body: { name: 'Renamed' } }),
  removeConnection: async (stage) => ({ path: { id: await stage.spareConnection() } }),
  listRegistrations: ({ ids }) => ({ path: { id: ids['registeredConnection'] ?? '' }, query: { limit: 2 } }),
  checkRegistrations: ({ ids }) => ({ path: { id: ids['registeredConnection'] ?? '' } }),
  createCrmConnection: ({ crmUrl }) => ({
    body: {
      platform: 'generic',
      name: 'Deals',
      settings: { url: `${crmUrl}/liaison` },
      secrets: { signingSecrets: 'whsec_c2VjcmV0IG9mIHRoZSBlbmRwb2ludA==' },
    },
  }),
  changeCrmConnection: async (stage) => ({ path: { id: await stage.spareCrm() }, body: { name: 'Renamed' } }),
  removeCrmConnection: async (stage) => ({ path: { id: await stage.spareCrm() } }),
  createCrmLink: ({ ids }) => ({
    body: {
      connectionId: ids['crm/connections'],
      spaceId: ids['spaces'],
      record: { kind: 'contact', externalId: randomUUID() },
    },
  }),
  removeCrmLink: async (stage) => ({ path: { id: await stage.spareCrmLink() } }),
  confirmCrmLink: async (stage) => ({ path: { id: await stage.spareCrmLink() } }),
  createCrmLinkRule: ({ ids }) => ({
    body: {
      connectionId: ids['crm/connections'],
      name: 'Deal rooms',
      recordKind: 'opportunity',
      signals: {
        title: { pattern: '^Deal: (.+)$', finds: 'name' },
        members: { ownDomains: ['example.com'] },
      },
      activate: true,
    },
  }),
  removeCrmLinkRule: async (stage) => ({ path: { id: await stage.spareLinkRule() } }),
  saveCrmMapping: ({ ids }) => ({ body: { connectionId: ids['crm/connections'], mapping, note: 'Tasks for quotes' } }),
  previewCrmMapping: ({ ids }) => ({
    body: { connectionId: ids['crm/connections'], mapping, linkId: ids['crm/links'] },
  }),
  retryCrmChanges: () => ({ body: { fault: 'data' } }),
  createKey: () => ({ body: { name: 'CRM sync', scopes: ['events:read'], requestsPerMinute: 600 } }),
  rotateKey: async (stage) => ({ path: { id: await stage.spareKey() }, body: { overlapSeconds: 3_600 } }),
  changeTenant: () => ({ body: { searchLanguage: 'english' } }),
  revokeKey: async (stage) => ({ path: { id: await stage.spareKey() } }),
  getCursor: () => ({ path: { name: 'crm-sync' } }),
  putCursor: () => ({
    path: { name: `consumer-${randomUUID().slice(0, 8)}` },
    body: { cursor: 'end', expected: null },
  }),
  removeCursor: async (stage) => ({ path: { name: await stage.spareCursor() } }),
  startReplay: () => ({ body: { filter: { kind: 'dead-letter' } } }),
  listMessages: inAcmeFromTheStart,
  listEvents: inAcme,
  listAnnotations: inAcmeFromTheStart,
  listReactions: inAcmeFromTheStart,
  startGrant: ({ ids }) => ({ body: { connectionId: ids['connections'] } }),
  revokeGrant: async (stage) => ({ path: { id: await stage.spareGrant() } }),
  createPost: ({ ids }) => ({
    headers: { 'idempotency-key': randomUUID() },
    body: { connectionId: ids['connections'], spaceId: ids['spaces'], as: 'app', text: 'Acme has signed.' },
  }),
  startConversation: ({ skypeConnectionId }) => ({
    body: { connectionId: skypeConnectionId, endpoint, to: 'sip:mira@tenant-a.example', subject: 'Your ticket' },
  }),
  sayInConversation: async (stage) => ({
    path: { id: await stage.conversation() },
    body: { endpoint, content: 'How can we help?' },
  }),
  acceptConversation: onInvitation({ endpoint }),
  declineConversation: onInvitation({ endpoint }),
  endConversation: onInvitation({ endpoint }),
};

/** How to call an operation so that it succeeds. Throws with what is missing for one that it does not know how to call. */
export async function requestTo(stage: ApiStage, operation: ApiOperation): Promise<ApiRequest> {
  const { path, method, operationId, body } = operation;
  const recipe = recipes[operationId];
  if (recipe !== undefined) return recipe(stage);
  const [, kind] = /^\/v1\/((?:crm\/)?[a-z-]+)\/\{id\}/.exec(path) ?? [];
  const id = kind === undefined ? undefined : stage.ids[kind];
  const isUnknown = path.includes('{') && (id === undefined || path.split('{').length > 2);
  if (isUnknown || body !== undefined) {
    throw new Error(
      `${operationId}: say in test/setup/api-calls.ts how to call ${method.toUpperCase()} ${path} so that it succeeds, ` +
        `and make what it needs in test/setup/api-stage.ts.`,
    );
  }
  const isList = operation.parameters.some(({ name }) => name === 'limit');
  return { ...(id === undefined ? {} : { path: { id } }), ...(isList ? { query: { limit: 2 } } : {}) };
}
