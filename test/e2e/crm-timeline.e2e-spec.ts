import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { SimulatorClock } from '../../simulators/common/clock.js';
import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { outboundEventTypes } from '../../simulators/watson-work/event-bodies.js';
import { WatsonWorkSimulator } from '../../simulators/watson-work/watson-work-simulator.js';
import { type Page } from '../../src/common/http/page.js';
import { type CrmChangeDto } from '../../src/crm-sync/changes/crm-change.dto.js';
import { type CrmLinkDto } from '../../src/crm-sync/links/crm-link.dto.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { spaceIdOf } from '../setup/posts.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';
import { webhookSecret } from '../setup/watson.js';

const secret = `whsec_${Buffer.from('the secret of the endpoint').toString('base64')}`;

describe('a space that belongs to an opportunity of a CRM', () => {
  let database: TestDatabase;
  let watson: WatsonWorkSimulator;
  let endpoint: EndpointDouble;
  let service: TestService;
  let app: ReturnType<WatsonWorkSimulator['registerApp']>;
  let ann: ReturnType<WatsonWorkSimulator['addPerson']>;
  let crmId: string;

  beforeAll(async () => {
    database = await createTestDatabase();
    watson = await WatsonWorkSimulator.start({ clock: new SimulatorClock() });
    endpoint = await EndpointDouble.start(secret);
    service = await startTestService(database.url, {
      LIAISON_OUTBOUND_ALLOW: [watson.url, endpoint.url].map((url) => new URL(url).host).join(','),
    });
    await service.ready;
    app = watson.registerApp({ name: 'Liaison' });
    ann = watson.addPerson({ displayName: 'Ann', email: 'ann@example.com' });
    const connection = await make<{ webhookUrl: string }>('/v1/connections', {
      platform: 'watson-work',
      name: 'Deal rooms',
      settings: { appId: app.appId, apiUrl: watson.url },
      secrets: { appSecret: app.appSecret, webhookSecrets: [webhookSecret] },
    });
    await app.addWebhook({ url: connection.webhookUrl, events: outboundEventTypes, secret: webhookSecret }).enable();
    crmId = (await connectCrm('Deals')).id;
  });
  afterEach(async () => {
    await database.query(`delete from job_pauses`);
  });
  afterAll(async () => {
    await service.stop();
    await Promise.all([watson.stop(), endpoint.close()]);
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const connectCrm = (name: string): Promise<{ id: string; webhookUrl: string }> =>
    make('/v1/crm/connections', {
      platform: 'generic',
      name,
      settings: { url: `${endpoint.url}/liaison` },
      secrets: { signingSecrets: secret },
    });
  /** A space in which Ann talks, as the platform and as we know it. */
  async function space(title: string): Promise<{ made: ReturnType<WatsonWorkSimulator['createSpace']>; id: string }> {
    const made = watson.createSpace({ title, members: [ann], apps: [app] });
    made.post(ann, `Hello ${title}`);
    return { made, id: await spaceIdOf(service, made.id) };
  }
  const link = (spaceId: string, recordId: string): Promise<CrmLinkDto> =>
    make('/v1/crm/links', {
      connectionId: crmId,
      spaceId,
      record: { kind: 'opportunity', externalId: recordId },
      since: '2000-01-01T00:00:00Z',
    });
  const entryAt = (recordId: string): DoubleEntry | undefined =>
    endpoint.entries().find(({ recordExternalId }) => recordExternalId === recordId);
  const written = (recordId: string, condition: (text: string) => boolean): Promise<DoubleEntry | undefined> =>
    eventually(
      () => entryAt(recordId),
      (entry) => condition(entry?.text ?? ''),
    );
  const changesOf = (linkId: string): Promise<Page<CrmChangeDto>> =>
    service.get<Page<CrmChangeDto>>(`/v1/crm/changes?linkId=${linkId}`);

  it('has its conversation there, as one entry for the day', async () => {
    const { made, id } = await space('Acme renewal');
    const record = endpoint.addRecord({ kind: 'opportunity', name: 'Acme renewal' });
    const { id: linkId } = await link(id, record);
    const first = await written(record, (text) => text.includes('Ann: Hello Acme renewal'));
    expect(first?.title).toMatch(/^Acme renewal, \d{4}-\d\d-\d\d$/);
    made.post(ann, 'They want 12 % off');
    await written(record, (text) => text.includes('Ann: They want 12 % off'));
    expect(endpoint.entries().filter(({ recordExternalId }) => recordExternalId === record)).toHaveLength(1);
    const { items } = await eventually(
      () => changesOf(linkId),
      (page) => page.items[0]?.state === 'synced',
    );
    expect(items).toMatchObject([
      { record: { kind: 'opportunity', externalId: record }, externalId: first?.key, key: first?.key },
    ]);
  });

  it('has edits and deletions there, too', async () => {
    const { made, id } = await space('Edited');
    const record = endpoint.addRecord({ kind: 'opportunity', name: 'Edited' });
    await link(id, record);
    const quote = made.post(ann, 'Quote Q-117 is ready');
    const wrong = made.post(ann, 'wrong room');
    await written(record, (text) => text.includes('Q-117') && text.includes('wrong room'));
    quote.edit(ann, 'Quote Q-118 is ready');
    wrong.delete();
    const entry = await written(record, (text) => text.includes('Q-118') && text.includes('(deleted)'));
    expect(entry?.text).not.toContain('Q-117');
    expect(entry?.text).not.toContain('wrong room');
  });

  it('is told of nothing after the link is undone, and what was told is taken back', async () => {
    const { made, id } = await space('Mistaken');
    const record = endpoint.addRecord({ kind: 'opportunity', name: 'Mistaken' });
    const made1 = await link(id, record);
    await written(record, (text) => text.includes('Hello'));
    expect((await service.call('DELETE', `/v1/crm/links/${made1.id}`)).status).toBe(204);
    await eventually(
      () => entryAt(record),
      (entry) => entry === undefined,
    );
    made.post(ann, 'Nobody is told');
    await eventually(
      () => service.get<Page<{ content: string }>>(`/v1/messages?spaceId=${id}`),
      ({ items }) => items.some(({ content }) => content === 'Nobody is told'),
    );
    expect(entryAt(record)).toBeUndefined();
    expect((await changesOf(made1.id)).items).toMatchObject([{ state: 'skipped', reason: 'unlinked' }]);
    // And it may be linked again.
    await link(id, record);
    await written(record, (text) => text.includes('Nobody is told'));
  });

  it('cannot be linked twice to the same record', async () => {
    const { id } = await space('Twice');
    const { id: linkId } = await link(id, 'the-same');
    const again = await service.call('POST', '/v1/crm/links', {
      body: { connectionId: crmId, spaceId: id, record: { kind: 'opportunity', externalId: 'the-same' } },
    });
    expect(again.status).toBe(409);
    // The first of them is written; the faults below are for others.
    await eventually(
      () => changesOf(linkId),
      ({ items }) => items.some(({ state }) => state !== 'pending' && state !== 'sending'),
    );
  });

  it('waits while its CRM asks for rest, and fails with its reason where the CRM refuses', async () => {
    const { id } = await space('Refused');
    const record = endpoint.addRecord({ kind: 'opportunity', name: 'Refused' });
    const body = '{"error":"the title is too long"}';
    endpoint.failNext({ what: { kind: 'answer', status: 422, body } });
    const { id: linkId } = await link(id, record);
    const { items } = await eventually(
      () => changesOf(linkId),
      (page) => page.items[0]?.state === 'failed',
    );
    expect(items).toMatchObject([{ reason: 'invalid', fault: 'data', attempts: [{ outcome: 'failed' }] }]);
    expect(items[0]?.crmMessage).toContain('the title is too long');
    const health = await service.get<{ failed: number }>(`/v1/crm/connections/${crmId}/health`);
    expect(health.failed).toBeGreaterThanOrEqual(1);
    const retried = await service.call('POST', '/v1/crm/changes/retry', { body: { connectionId: crmId } });
    expect(retried).toMatchObject({ status: 200, body: { retried: 1 } });
    await written(record, (text) => text.includes('Hello'));
  });

  it('is told on although an answer was lost, once', { timeout: 60_000 }, async () => {
    const { id } = await space('Lost');
    const record = endpoint.addRecord({ kind: 'opportunity', name: 'Lost' });
    endpoint.failNext({ what: { kind: 'cut-after' } });
    const { id: linkId } = await link(id, record);
    await eventually(
      () => changesOf(linkId),
      (page) => page.items[0]?.state === 'unknown',
    );
    await eventually(
      () => changesOf(linkId),
      (page) => page.items[0]?.state === 'synced',
      45_000,
    );
    expect(endpoint.entries().filter(({ recordExternalId }) => recordExternalId === record)).toHaveLength(1);
  });

  it('belongs to CRMs of its own tenant alone, and connections of one side are none of the other', async () => {
    const answers: Answer<unknown>[] = [
      await service.call('GET', `/v1/connections/${crmId}`),
      await service.call('PATCH', `/v1/connections/${crmId}`, { body: { name: 'x' } }),
      await service.call('DELETE', `/v1/connections/${crmId}`),
    ];
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    const [platform] = (await service.get<Page<{ id: string; platform: string }>>('/v1/connections')).items;
    expect(platform?.platform).toBe('watson-work');
    expect((await service.call('GET', `/v1/crm/connections/${platform?.id ?? ''}`)).status).toBe(404);
    const wrongSide = await service.call('POST', '/v1/crm/connections', {
      body: { platform: 'watson-work', name: 'x', settings: { appId: 'x' }, secrets: {} },
    });
    expect(wrongSide.status).toBe(400);
  });
});
