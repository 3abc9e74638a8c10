import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HubSpotDouble, type HubSpotOptions } from '../../simulators/crm/hubspot/hubspot-double.js';
import { parseWith } from '../../src/common/http/validation.js';
import { endpointOf } from '../../src/common/outbound/endpoint.js';
import { OutboundHttp } from '../../src/common/outbound/outbound-http.js';
import { hmacKey } from '../../src/common/security/hmac.js';
import { type ConnectorCalls } from '../../src/crm/connector.js';
import { type CrmEntry, type CrmRecord } from '../../src/crm/crm-record.js';
import { hubspot } from '../../src/crm/hubspot/hubspot.crm.js';
import { markVerified } from '../../src/deliveries/delivery.js';
import { type PlatformAccount } from '../../src/platforms/platform-account.js';
import { OutcomeUnknown, PlatformUnavailable } from '../../src/platforms/platform.errors.js';

const accessToken = 'pat-eu1-00000000-0000-4000-8000-000000000000';
const portalId = '62515';
const clientSecret = '00000000-1111-4222-8333-444444444444';

describe('HubSpot', () => {
  let double: HubSpotDouble;
  let http: OutboundHttp;
  let calls: ConnectorCalls;
  let account: PlatformAccount;

  async function start(
    options: Partial<HubSpotOptions> = {},
    { searchLagSeconds = 0 }: { readonly searchLagSeconds?: number } = {},
  ): Promise<void> {
    double = await HubSpotDouble.start({ accessToken, portalId, ...options });
    const settings = {
      ...parseWith(hubspot.settings, { portalId, apiUrl: double.url, searchLagSeconds }, '/settings'),
    };
    http = new OutboundHttp({ allow: [endpointOf(new URL(double.url))] });
    account = {
      settings,
      secret: () => undefined,
      appToken: () => Promise.resolve(accessToken),
      organizationToken: () => Promise.resolve(undefined),
    };
    calls = hubspot.connector.at(account, http);
  }

  beforeEach(() => start());
  afterEach(end);

  async function end(): Promise<void> {
    await http.close();
    await double.close();
  }

  function noteOn(externalId: string): CrmEntry {
    return {
      key: 'a-key',
      form: 'note',
      record: { kind: 'opportunity', externalId },
      title: 'A day',
      text: 'Ann: yes',
      at: new Date('2026-03-01T00:00:00.000Z'),
    };
  }

  describe('the property for keys', () => {
    it('is made with the first entry, with unique values', async () => {
      const entry = noteOn(double.addRecord({ kind: 'opportunity', name: 'Deal' }));
      expect(await calls.entry?.(entry.key, 'note', undefined)).toBeUndefined();
      await calls.create(entry);
      const before = double.calls.total;
      await calls.create({ ...entry, key: 'another-key' });
      expect(double.calls.total - before).toBe(1);
      expect(double.entries().map(({ key }) => key)).toEqual(['a-key', 'another-key']);
    });

    it('is refused where somebody made it without unique values', async () => {
      double.addProperty('notes', 'liaison_key', false);
      await expect(calls.entry?.('a-key', 'note', undefined)).rejects.toMatchObject({
        reason: 'invalid',
        crmMessage: 'The property liaison_key of notes does not keep its values unique.',
      });
    });
  });

  it('refuses an entry on a record that is gone', async () => {
    await expect(calls.create(noteOn('999'))).rejects.toMatchObject({ reason: 'gone' });
  });

  it('refuses a form that HubSpot has nothing for', async () => {
    const entry = { ...noteOn(double.addRecord({ kind: 'opportunity', name: 'Deal' })), form: 'activity' as const };
    await expect(calls.create(entry)).rejects.toMatchObject({ reason: 'invalid' });
  });

  it('keeps the title that people gave a task', async () => {
    const task = { ...noteOn(double.addRecord({ kind: 'opportunity', name: 'Deal' })), form: 'task' as const };
    const stored = await calls.create(task);
    double.changeEntry(stored.externalId, { title: 'Their own title' });
    const current = await calls.entry?.(task.key, 'task', stored.externalId);
    expect(current).toMatchObject({ title: 'Their own title', text: 'Ann: yes' });
  });

  it.each(['{}', '[]', '{"id":5}', '{"results":{}}', '{"id":"1","properties":{"a":1},"updatedAt":"2026-03-01"}'])(
    'does not take %s for an answer',
    async (body) => {
      const entry = noteOn(double.addRecord({ kind: 'opportunity', name: 'Deal' }));
      double.failNext({ times: 3, what: { kind: 'answer', status: 200, body } });
      await expect(calls.create(entry)).rejects.toBeInstanceOf(OutcomeUnknown);
      await expect(calls.record(entry.record)).rejects.toBeInstanceOf(PlatformUnavailable);
      await expect(calls.contactsByEmail?.('ann@example.com')).rejects.toBeInstanceOf(PlatformUnavailable);
    },
  );

  it('is left alone for ten seconds once its limit is reached', async () => {
    await end();
    await start({ callsPerTenSeconds: 1 });
    const record = {
      kind: 'opportunity' as const,
      externalId: double.addRecord({ kind: 'opportunity', name: 'Deal' }),
    };
    expect(await calls.record(record)).toMatchObject({ name: 'Deal' });
    await expect(calls.record(record)).rejects.toMatchObject({ reason: 'rate-limited', retryAfterSeconds: 10 });
  });

  describe('changed records', () => {
    async function sweep(from: string): Promise<{ readonly ids: string[]; readonly position: string; pages: number }> {
      const ids: string[] = [];
      let pages = 0;
      for (let position = from; ;) {
        const page = await calls.changedAfter?.(position);
        if (page === undefined) throw new Error('HubSpot can be asked');
        pages += 1;
        ids.push(...page.records.map(({ externalId }) => externalId));
        position = page.position;
        if (!page.hasMore) return { ids, position, pages };
      }
    }

    it('are all told though 450 of them changed at one and the same time', async () => {
      const { position = '' } = (await calls.changedAfter?.(undefined)) ?? {};
      // The double's clock stands still while records are imported in one go.
      const ids = Array.from({ length: 450 }, (_, number) =>
        double.addRecord({ kind: 'opportunity', name: `number ${number}` }),
      );
      const late = double.addRecord({ kind: 'case', name: 'a ticket' });
      const told = await sweep(position);
      expect(new Set(told.ids)).toEqual(new Set([...ids, late]));
      expect(told.ids).toHaveLength(451);
      expect((await sweep(told.position)).ids).toEqual([]);
    });

    it('are told though the search finds them late', async () => {
      await end();
      await start({ searchLagMs: 150 }, { searchLagSeconds: 1 });
      let { position = '' } = (await calls.changedAfter?.(undefined)) ?? {};
      const first = double.addRecord({ kind: 'contact', name: 'Ann' });
      const seen = new Set<string>();
      await new Promise((resolve) => setTimeout(resolve, 160));
      const second = double.addRecord({ kind: 'contact', name: 'Bob' });
      const before = await sweep(position);
      before.ids.forEach((id) => seen.add(id));
      expect([...seen]).toEqual([first]);
      await new Promise((resolve) => setTimeout(resolve, 160));
      ({ position } = before);
      (await sweep(position)).ids.forEach((id) => seen.add(id));
      expect([...seen]).toEqual([first, second]);
    });
  });

  it('has its webhooks taken, read and completed', () => {
    const url = 'https://liaison.example/webhooks/crm/0195500c-6d1e-7b42-9f0e-2b8f4c7d1a55?to=%40sales';
    double.subscribe({ url, clientSecret });
    const id = double.addRecord({ kind: 'opportunity', name: 'Big deal', stage: 'presented' });
    double.changeRecord(id, { stage: 'won' });
    double.removeRecord(id);
    const facts = double.sent.flatMap((sent) => {
      const raw = { body: Buffer.from(sent.body), query: 'to=%40sales', headers: sent.headers, receivedAt: new Date() };
      const context = { settings: account.settings, webhookKeys: [hmacKey(clientSecret)], calledUrl: url };
      const scheme = hubspot.verify(raw, context);
      if (typeof scheme !== 'string') throw new Error('HubSpot needs nobody else to verify');
      const delivery = markVerified(raw, scheme);
      expect(hubspot.read(delivery, context)).toMatchObject({ kind: 'delivery', laneKey: `opportunity/${id}` });
      const translation = hubspot.translate(delivery);
      return translation.kind === 'facts' ? translation.facts : [];
    });
    expect(facts).toMatchObject([
      { type: 'activity.reported', data: { activityType: 'deal.creation', externalId: id } },
      { type: 'activity.reported', data: { externalId: id, details: { propertyValue: 'won' } } },
      { type: 'crm.record.deleted', data: { recordExternalId: id } },
    ]);
  });

  it('answers what a call left out, and that a record is gone', async () => {
    const owner = { externalId: '7', name: 'Olga Owner', email: 'olga@example.com' };
    const id = double.addRecord({ kind: 'account', name: 'Acme', owner });
    expect(await calls.record({ kind: 'account', externalId: id })).toMatchObject({ owner });
    const request = { resource: 'companies', externalId: id, spaceExternalId: `account/${id}` };
    const [answer] = (await hubspot.hydration?.fetch(request, account, http)) ?? [];
    expect(answer?.status).toBe(200);
    expect(JSON.parse(answer?.body.toString('utf8') ?? '')).toMatchObject({
      record: { id, properties: { name: 'Acme' } },
      owner: { email: 'olga@example.com' },
    });
    double.removeRecord(id);
    expect(await hubspot.hydration?.fetch(request, account, http)).toMatchObject([{ status: 404 }]);
    double.failNext({ what: { kind: 'answer', status: 404, body: '<html></html>' } });
    await expect(hubspot.hydration?.fetch(request, account, http)).rejects.toMatchObject({
      reason: 'no-usable-answer',
    });
  });

  describe('the stages of deals and tickets', () => {
    const deal = (): string => double.addRecord({ kind: 'opportunity', name: 'Big deal', stage: '1074' });
    const read = (externalId: string): ReturnType<ConnectorCalls['record']> =>
      calls.record({ kind: 'opportunity', externalId });

    it('are told as people call them', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      double.setStage('tickets', '3', 'Waiting for us');
      expect(await read(deal())).toMatchObject({ stage: 'Negotiation' });
      const ticket = double.addRecord({ kind: 'case', name: 'It does not start', stage: '3' });
      expect(await calls.record({ kind: 'case', externalId: ticket })).toMatchObject({ stage: 'Waiting for us' });
    });

    it('are told as people call them where changed records are looked for', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      let { position = '' } = (await calls.changedAfter?.(undefined)) ?? {};
      const id = deal();
      const seen: CrmRecord[] = [];
      for (let hasMore = true; hasMore;) {
        const page = await calls.changedAfter?.(position);
        seen.push(...(page?.records ?? []));
        ({ position, hasMore } = page ?? { position, hasMore: false });
      }
      expect(seen).toMatchObject([{ externalId: id, stage: 'Negotiation' }]);
    });

    it('are asked for once for many records', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      const ids = Array.from({ length: 10 }, deal);
      for (const id of ids) await read(id);
      expect(double.calls.total).toBe(ids.length + 1);
    });

    it('are told by their ids where the app may not read what they are called', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      const body =
        '{"status":"error","category":"MISSING_SCOPES","message":"This app has not been granted all scopes."}';
      double.failNext({ path: '/crm/v3/pipelines', what: { kind: 'answer', status: 403, body } });
      expect(await read(deal())).toMatchObject({ stage: '1074' });
    });

    it('are not told by their ids because HubSpot was away for a moment', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      double.failNext({ path: '/crm/v3/pipelines', what: { kind: 'answer', status: 503 } });
      await expect(read(deal())).rejects.toBeInstanceOf(PlatformUnavailable);
    });

    it('are told as people call them in what a call left out', async () => {
      double.setStage('deals', '1074', 'Negotiation');
      const externalId = deal();
      const request = { resource: 'deals', externalId, spaceExternalId: `opportunity/${externalId}` };
      const [answer] = (await hubspot.hydration?.fetch(request, account, http)) ?? [];
      const body = JSON.parse(answer?.body.toString('utf8') ?? '') as unknown;
      expect(body).toMatchObject({
        record: { properties: { dealstage: '1074' } },
        stage: { id: '1074', label: 'Negotiation' },
      });
    });
  });
});
