import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startScene, type WebexScene } from '../../../simulators/webex/webex-scene.js';
import { type WebexOptions } from '../../../simulators/webex/webex-simulator.js';
import { InvalidInput } from '../../common/errors/liaison-error.js';
import { parseWith } from '../../common/http/validation.js';
import { OutboundHttp } from '../../common/outbound/outbound-http.js';
import { Secret } from '../../common/security/secret.js';
import { NeedsAuthorization, PlatformUnavailable } from '../platform.errors.js';
import { type RegistrationCalls } from '../platform.js';
import { webexRegistrations } from './webex.registrations.js';
import { WebexSettings } from './webex.settings.js';

/** What is wrong with one webhook in the settings; empty where nothing is. */
function faultsOf(webhook: unknown): string[] {
  try {
    parseWith(WebexSettings, { kind: 'bot', webhooks: [webhook] }, '/settings');
    return [];
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    return error.faults.map(({ pointer }) => pointer);
  }
}

describe('webhooks in the settings', () => {
  it.each([
    { resource: 'messages', event: 'all', filter: 'roomType=direct&mentionedPeople=me' },
    { resource: 'all', event: 'all' },
    { resource: 'rooms', event: 'migrated' },
    { resource: 'rooms', event: 'all', ownedBy: 'org', filter: 'type=group' },
    { resource: 'meetings', event: 'started', ownedBy: 'org', filter: 'hostEmail=ann@example.com' },
    { resource: 'meetings', event: 'ended', ownedBy: 'creator' },
    { resource: 'serviceApp', event: 'authorized', filter: 'id=Y2lzY29' },
    { resource: 'serviceApp', event: 'authorized', filter: 'friendlyName=acme-crm' },
    { resource: 'serviceApp', event: 'deauthorized', filter: 'trainSiteNames=a.webex.com' },
    { resource: 'serviceApp', event: 'authorized', filter: 'adminTrainSiteNames=a.webex.com' },
    { resource: 'serviceApp', event: 'authorized', filter: 'adminTrainSiteName=a.webex.com' },
    { resource: 'uc_counter', event: 'updated' },
    { resource: 'uc_counters', event: 'updated' },
  ])('may be %j', (webhook) => {
    expect(faultsOf(webhook)).toEqual([]);
  });

  it.each([
    ['resource', { resource: 'Messages', event: 'created' }],
    ['resource', { resource: 'constructor', event: 'created' }],
    ['resource', { event: 'created' }],
    ['event', { resource: 'messages', event: 'updated' }],
    ['event', { resource: 'messages' }],
    ['event', { resource: 'serviceApp', event: 'all' }],
    ['event', { resource: 'meetingParticipants', event: 'all' }],
    ['event', { resource: 'all', event: 'created' }],
    ['filter', { resource: 'messages', event: 'created', filter: 'type=direct' }],
    ['filter', { resource: 'messages', event: 'created', filter: '' }],
    ['filter', { resource: 'messages', event: 'created', filter: 'roomId=' }],
    ['filter', { resource: 'messages', event: 'created', filter: 'roomId=a&' }],
    ['filter', { resource: 'messages', event: 'created', filter: 'roomId=a&roomId=b' }],
    ['filter', { resource: 'rooms', event: 'migrated', filter: 'type=group' }],
    ['filter', { resource: 'meetings', event: 'started', filter: 'hostEmail=ann@example.com' }],
    ['filter', { resource: 'all', event: 'all', filter: 'roomId=a' }],
    ['ownedBy', { resource: 'messages', event: 'created', ownedBy: 'org' }],
    ['ownedBy', { resource: 'rooms', event: 'created', ownedBy: 'me' }],
    ['secret', { resource: 'rooms', event: 'created', secret: 'x' }],
  ])('are refused for their %s in %j', (member, webhook) => {
    expect(faultsOf(webhook)).toEqual([`/settings/webhooks/0/${member}`]);
  });
});

describe('webexRegistrations.desired', () => {
  it('is everything that we have words for where nothing is said', () => {
    expect(webexRegistrations.desired({ kind: 'bot' }).map(({ resource, event }) => `${resource}/${event}`)).toEqual([
      'messages/all',
      'memberships/all',
      'rooms/all',
      'rooms/migrated',
      'attachmentActions/created',
    ]);
  });

  it('is what organisations allow for a Service App', () => {
    expect(webexRegistrations.desired({ kind: 'service-app' })).toEqual([
      { resource: 'serviceApp', event: 'authorized' },
      { resource: 'serviceApp', event: 'deauthorized' },
    ]);
  });

  it('is what the settings say, and nothing for an empty list', () => {
    const webhooks = [{ resource: 'rooms', event: 'created', filter: 'type=group', ownedBy: 'org' }];
    expect(webexRegistrations.desired({ kind: 'bot', webhooks })).toEqual(webhooks);
    expect(webexRegistrations.desired({ kind: 'bot', webhooks: [] })).toEqual([]);
  });

  it('holds only what Webex would take', () => {
    for (const kind of ['bot', 'service-app']) {
      for (const webhook of webexRegistrations.desired({ kind })) expect(faultsOf(webhook)).toEqual([]);
    }
  });
});

describe('webexRegistrations.at', () => {
  const fields = { name: 'Liaison', targetUrl: 'https://liaison.example/x', secret: new Secret('a secret') };
  const messages = { resource: 'messages', event: 'created' };
  let scene: WebexScene;
  let http: OutboundHttp;

  const open = async (options: WebexOptions = {}): Promise<void> => {
    scene = await startScene(options);
    http = new OutboundHttp({ allow: [new URL(scene.webex.url).host] });
  };
  const calls = (token: string | undefined = scene.token(scene.ann)): RegistrationCalls =>
    webexRegistrations.at(
      {
        settings: { apiUrl: `${scene.webex.url}/v1` },
        secret: () => undefined,
        appToken: () => Promise.resolve(token),
        organizationToken: () => Promise.resolve(undefined),
      },
      http,
    );

  beforeEach(() => open());
  afterEach(async () => {
    await http.close();
    await scene.end();
  });

  it('creates, lists, changes and removes', async () => {
    const made = await calls().create({ ...messages, filter: 'roomType=direct' }, fields);
    expect(made).toMatchObject({ ...messages, filter: 'roomType=direct', active: true, name: 'Liaison' });
    const changed = { ...fields, name: 'Liaison 2', secret: new Secret('another') };
    expect(await calls().update(made, changed, { reactivate: false })).toMatchObject({ name: 'Liaison 2' });
    expect(scene.webex.webhooks[0]).toMatchObject({ name: 'Liaison 2', secret: 'another' });
    expect(await calls().list({ ofOrganization: false })).toMatchObject([{ externalId: made.externalId }]);
    await calls().remove(made.externalId);
    await calls().remove(made.externalId);
    expect(scene.webex.webhooks).toEqual([]);
  });

  it.each(['inactive', 'disabled'] as const)('takes %s for off, and switches on', async (offStatus) => {
    await http.close();
    await scene.end();
    await open({ quirks: { offStatus } });
    const made = await calls().create(messages, fields);
    scene.webex.webhooks[0]?.deactivate();
    expect(await calls().list({ ofOrganization: false })).toMatchObject([{ active: false }]);
    expect(await calls().update(made, fields, { reactivate: true })).toMatchObject({ active: true });
  });

  it('lists over all pages, empty ones included, and those of the organisation when asked', async () => {
    await http.close();
    await scene.end();
    await open({ quirks: { emptyPages: true }, pageSizes: { usual: 2, largest: 2 } });
    for (let i = 0; i < 5; i++) scene.webhook(scene.ann, { resource: 'messages', event: 'created' });
    scene.webhook(scene.ann, { resource: 'rooms', event: 'created', ownedBy: 'org' });
    expect(await calls().list({ ofOrganization: false })).toHaveLength(5);
    const all = await calls().list({ ofOrganization: true });
    expect(all.map(({ ownedBy }) => ownedBy).toSorted()).toEqual(['org', ...Array<undefined>(5)]);
  });

  it('says what a refusal means', async () => {
    const one = calls();
    const refusedFor = (reason: string): object => ({ code: 'registration-refused', reason });
    const foreignRoom = { ...messages, filter: 'roomId=unknown' };
    await expect(one.create(foreignRoom, fields)).rejects.toMatchObject(refusedFor('invalid'));
    const ofOrg = { resource: 'rooms', event: 'created', ownedBy: 'org' as const };
    await expect(calls(scene.token(scene.bob)).create(ofOrg, fields)).rejects.toMatchObject(refusedFor('not-allowed'));
    await one.create(ofOrg, fields);
    await expect(one.create(ofOrg, fields)).rejects.toMatchObject(refusedFor('conflict'));
    const gone = { externalId: 'Y2lzY29', ownedBy: undefined };
    await expect(one.update(gone, fields, { reactivate: true })).rejects.toMatchObject(refusedFor('gone'));
    scene.webex.expireTokens();
    await expect(one.list({ ofOrganization: false })).rejects.toBeInstanceOf(NeedsAuthorization);
    await expect(webexRegistrations.at(accountWithout, http).list({ ofOrganization: false })).rejects.toBeInstanceOf(
      NeedsAuthorization,
    );
    scene.webex.failNext({ path: '/v1/webhooks', status: 429, retryAfterSeconds: 7 });
    await expect(calls().list({ ofOrganization: false })).rejects.toMatchObject({
      reason: 'rate-limited',
      retryAfterSeconds: 7,
    });
    scene.webex.failNext({ path: '/v1/webhooks', status: 503 });
    await expect(calls().list({ ofOrganization: false })).rejects.toBeInstanceOf(PlatformUnavailable);
  });

  const accountWithout = {
    settings: {},
    secret: () => undefined,
    appToken: () => Promise.reject(new NeedsAuthorization()),
    organizationToken: () => Promise.resolve(undefined),
  };
});
