import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { type CrmDouble } from '../../simulators/crm/common/crm-double.js';
import { EspocrmDouble } from '../../simulators/crm/espocrm/espocrm-double.js';
import { SalesforceDouble } from '../../simulators/crm/salesforce/salesforce-double.js';
import { type Page } from '../../src/common/http/page.js';
import { entityId } from '../../src/common/ids/entity-id.js';
import { type CrmLinkDto } from '../../src/crm-sync/links/crm-link.dto.js';
import { type LinkRuleDto } from '../../src/crm-sync/linking/link-rule.dto.js';
import { type CrmPersonDto } from '../../src/crm-sync/people/crm-people.dto.js';
import { type EventMap } from '../../src/events/event-map.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { tell } from '../setup/facts.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

// The file is a list of strings, as test/fixtures/SOURCES.md says.
const naughty = JSON.parse(readFileSync('test/fixtures/naughty/blns.json', 'utf8')) as readonly string[];
const webhookSecret = `whsec_${Buffer.from('the secret of the CRM that calls').toString('base64')}`;
const client = { id: '3MVG9.liaison.example', secret: 'the-consumer-secret-of-the-app' };
const apiUser = { apiKey: '0f3a6f0c1be24d7d8a55c1e7', secretKey: 'e0d8c7b6a5948372615049382716f5e4' };

interface Subject {
  readonly id: string;
  start(): Promise<{ readonly double: CrmDouble; readonly connection: object }>;
}

const subjects: readonly Subject[] = [
  {
    id: 'salesforce',
    async start() {
      const double = await SalesforceDouble.start(client);
      return {
        double,
        connection: {
          platform: 'salesforce',
          name: 'Acme',
          settings: { instanceUrl: double.url, clientId: client.id },
          secrets: { clientSecret: client.secret, webhookSecrets: [webhookSecret] },
        },
      };
    },
  },
  {
    id: 'espocrm',
    async start() {
      const double = await EspocrmDouble.start(apiUser);
      return {
        double,
        connection: {
          platform: 'espocrm',
          name: 'Acme',
          settings: { siteUrl: double.url, assignedUserId: '65f0c1be24d7d8a55' },
          secrets: { ...apiUser, webhookSecrets: ['a1b2c3d4e5f60718293a4b5c6d7e8f90'] },
        },
      };
    },
  },
];

describe.each(subjects)('spaces that find their records in $id by rules', (subject) => {
  const platformId = randomUUID();
  let database: TestDatabase;
  let double: CrmDouble;
  let service: TestService;
  let crmId: string;
  let second = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    const crm = await subject.start();
    double = crm.double;
    service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: new URL(double.url).host });
    await service.ready;
    crmId = (await make<{ id: string }>('/v1/crm/connections', crm.connection)).id;
  });
  afterEach(async () => {
    await database.query(`delete from job_pauses`);
    const { items } = await service.get<Page<{ id: string }>>('/v1/crm/link-rules?limit=200');
    for (const { id } of items) await service.call('DELETE', `/v1/crm/link-rules/${id}`);
    await lookedAt();
  });
  afterAll(async () => {
    await service.stop();
    await double.close();
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const rule = (signals: object, more: object = {}): Promise<LinkRuleDto> =>
    make('/v1/crm/link-rules', {
      connectionId: crmId,
      name: 'Deal rooms',
      recordKind: 'opportunity',
      signals,
      // One signal alone links nothing, and a rule that says otherwise is refused.
      activate: Object.keys(signals).length > 1,
      ...more,
    });
  const byTitle = { title: { pattern: '^Deal: (.+)$', finds: 'name' } };
  const spaceOf = (room: string): string => entityId('space', platformId, room);
  const at = (room: string, title?: string): { occurredAt: Date; space: { externalId: string; title?: string } } => ({
    // Each fact a second after the one before it.
    occurredAt: new Date(Date.UTC(2026, 2, 1) + ++second * 1_000),
    space: { externalId: room, ...(title === undefined ? {} : { title }) },
  });
  const says = (room: string, content: string, messageExternalId: string = randomUUID()): Promise<void> =>
    tell(service, [{ ...at(room), type: 'message.created', data: { messageExternalId, content } }], {
      connectionId: platformId,
    });
  const titled = (room: string, title: string): Promise<void> =>
    tell(service, [{ ...at(room, title), type: 'space.updated', data: { changes: { title } } }], {
      connectionId: platformId,
    });
  const moves = (room: string, type: 'member.joined' | 'member.left', email: string): Promise<void> =>
    tell(service, [{ ...at(room), type, data: { member: { externalId: email, email } } }], {
      connectionId: platformId,
    });
  const heard = (data: EventMap['crm.record.changed']): Promise<void> =>
    tell(service, [{ occurredAt: new Date(), space: undefined, type: 'crm.record.changed', data }], {
      connectionId: crmId,
    });
  /** A space with a title. */
  async function room(title: string): Promise<string> {
    const name = randomUUID();
    await titled(name, title);
    return name;
  }
  const linksOf = async (name: string): Promise<readonly CrmLinkDto[]> =>
    (await service.get<Page<CrmLinkDto>>(`/v1/crm/links?spaceId=${spaceOf(name)}&limit=200`)).items;
  const linkedAs = (name: string, condition: (links: readonly CrmLinkDto[]) => boolean): ReturnType<typeof linksOf> =>
    eventually(() => linksOf(name), condition);
  /** Until nothing waits to be looked at. */
  async function lookedAt(): Promise<void> {
    await eventually(
      () =>
        database.query<{ count: string }>(`select count(*) from jobs where kind = 'crm-link' and state = 'waiting'`),
      ([row]) => row?.count === '0',
      30_000,
    );
  }
  const acme = (domain = `acme-${randomUUID().slice(0, 8)}.test`): { id: string; domain: string } => {
    const id = double.addRecord({ kind: 'account', name: domain, domain, emails: [`info@${domain}`] });
    double.addRecord({ kind: 'contact', name: 'Ann', emails: [`ann@${domain}`], accountId: id });
    return { id, domain };
  };

  it('suggests by the title, and links when members are of that account, with what was said that day', async () => {
    const { id: accountId, domain } = acme();
    const record = double.addRecord({ kind: 'opportunity', name: 'Renewal 2026', accountId });
    await rule({ ...byTitle, members: {} });
    const name = await room('Deal: renewal 2026');
    await says(name, 'Hello Acme');
    const [suggested] = await linkedAs(name, ([link]) => link !== undefined);
    expect(suggested).toMatchObject({
      record: { kind: 'opportunity', externalId: record },
      state: 'suggested',
      reason: 'rule: Deal rooms',
      confidence: 0.75,
      evidence: { record: { name: 'Renewal 2026' }, signals: [{ signal: 'title', value: 'renewal 2026' }] },
    });
    expect(double.entries()).toEqual([]);
    await database.query(`update crm_links set since = '2000-01-01' where id = $1`, [suggested?.id]);
    await moves(name, 'member.joined', `bob@${domain}`);
    const [linked] = await linkedAs(name, ([link]) => link?.state === 'active');
    expect(linked).toMatchObject({ id: suggested?.id, confidence: 0.875, confirmedBy: null });
    expect(linked?.evidence).toMatchObject({ signals: [{ signal: 'title' }, { by: 'domain', domain }] });
    expect(JSON.stringify(linked?.evidence)).not.toContain('Hello');
    await eventually(
      () => Promise.resolve(double.entries().find(({ recordExternalId }) => recordExternalId === record)),
      (entry) => entry?.text.includes('Hello Acme') === true,
    );
  });

  it('keep one weak signal a suggestion, however often it comes', async () => {
    const record = double.addRecord({ kind: 'case', name: 'Printer', number: '48151623' });
    await rule(
      { text: { pattern: '\\bCS-(\\d+)\\b', finds: 'number' }, members: {} },
      { recordKind: 'case', threshold: 0.5 },
    );
    const name = await room('Support');
    for (let count = 0; count < 30; count++) await says(name, `CS-48151623 again, ${count}`);
    const [link] = await linkedAs(name, ([found]) => found !== undefined);
    await lookedAt();
    expect(await linksOf(name)).toHaveLength(1);
    expect((await linksOf(name))[0]).toMatchObject({
      record: { kind: 'case', externalId: record },
      state: 'suggested',
      confidence: 0.6,
      evidence: { signals: [{ signal: 'text', value: '48151623' }] },
    });
    expect(JSON.stringify(link?.evidence)).not.toContain('again');
  });

  it('forgets what was said by mistake', async () => {
    double.addRecord({ kind: 'case', name: 'Mistaken', number: '9001' });
    await rule({ text: { pattern: '\\bCS-(\\d+)\\b', finds: 'number' } }, { recordKind: 'case' });
    const name = await room('Talk');
    await says(name, 'CS-9001', 'mistake');
    await linkedAs(name, ([link]) => link !== undefined);
    const edited = { messageExternalId: 'mistake', content: 'CS-900' };
    await tell(service, [{ ...at(name), type: 'message.edited', data: edited }], { connectionId: platformId });
    await linkedAs(name, (links) => links.length === 0);
  });

  it('does not look up the people of spaces that are about nothing', async () => {
    await rule({ ...byTitle, members: {} });
    const name = await room('Coffee');
    await moves(name, 'member.joined', `someone@coffee-${randomUUID()}.test`);
    await lookedAt();
    const before = double.calls.total;
    await says(name, 'Espresso?');
    await lookedAt();
    expect(double.calls.total).toBe(before);
    const path = `/v1/crm/connections/${crmId}/people?spaceId=${spaceOf(name)}`;
    expect((await service.get<Page<CrmPersonDto>>(path)).items).toMatchObject([{ contacts: [], lookedAt: null }]);
  });

  it('is linked by a title and a number that mean the same record', async () => {
    const record = double.addRecord({ kind: 'case', name: 'Scanner is broken', number: '2342' });
    const both = { title: { pattern: '^Case: (.+)$', finds: 'name' }, text: { pattern: 'CS-(\\d+)', finds: 'number' } };
    await rule(both, { recordKind: 'case' });
    const name = await room('Case: Scanner is broken');
    await says(name, 'That is CS-2342');
    const [link] = await linkedAs(name, ([found]) => found?.state === 'active');
    expect(link).toMatchObject({ record: { externalId: record }, confidence: 0.9 });
  });

  it('suggests at most, and is less sure, where a name means several records', async () => {
    const { id: accountId, domain } = acme();
    double.addRecord({ kind: 'opportunity', name: 'Twice', accountId });
    double.addRecord({ kind: 'opportunity', name: 'Twice' });
    await rule({ ...byTitle, members: {} });
    const name = await room('Deal: Twice');
    await moves(name, 'member.joined', `ann@${domain}`);
    await linkedAs(name, (links) => links.length === 2 && links.some(({ confidence }) => confidence > 0.4));
    await lookedAt();
    const links = await linksOf(name);
    expect(links.map(({ state }) => state)).toEqual(['suggested', 'suggested']);
    expect(links.map(({ confidence }) => confidence).sort()).toEqual([0.375, 0.875]);
  });

  it('withdraws and lowers what nothing speaks for any more', async () => {
    const { id: accountId, domain } = acme();
    double.addRecord({ kind: 'opportunity', name: 'Fading', accountId });
    await rule({ ...byTitle, members: {} }, { activate: false });
    const name = await room('Deal: Fading');
    await moves(name, 'member.joined', `bob@${domain}`);
    await linkedAs(name, ([link]) => link?.confidence === 0.875);
    await moves(name, 'member.left', `bob@${domain}`);
    await linkedAs(name, ([link]) => link?.confidence === 0.75);
    await titled(name, 'Something else');
    await linkedAs(name, (links) => links.length === 0);
    await titled(name, 'Deal: Fading');
    await linkedAs(name, ([link]) => link?.confidence === 0.75);
    const { items } = await service.get<Page<LinkRuleDto>>('/v1/crm/link-rules');
    await service.call('DELETE', `/v1/crm/link-rules/${items[0]?.id ?? ''}`);
    expect(await linksOf(name)).toEqual([]);
  });

  it('becomes a link when somebody confirms it, which is noted', async () => {
    const record = double.addRecord({ kind: 'opportunity', name: 'By a person' });
    await rule(byTitle, { activate: false });
    const name = await room('Deal: By a person');
    await says(name, 'We agree');
    const [suggested] = await linkedAs(name, ([link]) => link !== undefined);
    await database.query(`update crm_links set since = '2000-01-01' where id = $1`, [suggested?.id]);
    const path = `/v1/crm/links/${suggested?.id ?? ''}/confirm`;
    const confirmed = await service.call<CrmLinkDto>('POST', path);
    expect(confirmed).toMatchObject({ status: 200, body: { state: 'active', confidence: 0.75 } });
    expect(confirmed.body.confirmedBy).not.toBeNull();
    expect((await service.call('POST', path)).status).toBe(200);
    await eventually(
      () => Promise.resolve(double.entries().find(({ recordExternalId }) => recordExternalId === record)),
      (entry) => entry?.text.includes('We agree') === true,
    );
    const audit = await service.get<Page<{ act: string; targets: readonly string[] }>>(
      '/v1/audit?act=crm-links.confirm',
    );
    expect(audit.items.some(({ targets }) => targets.includes(suggested?.id ?? ''))).toBe(true);
    // What is no longer said takes nothing from what somebody confirmed.
    await titled(name, 'Something else');
    await lookedAt();
    expect(await linksOf(name)).toMatchObject([{ state: 'active' }]);
    expect((await service.call('DELETE', `/v1/crm/links/${suggested?.id ?? ''}`)).status).toBe(204);
    expect((await service.call('POST', path)).status).toBe(409);
  });

  it('is never suggested again once it was dismissed, but may be linked by hand', async () => {
    const { id: accountId, domain } = acme();
    const record = double.addRecord({ kind: 'opportunity', name: 'Not this one', accountId });
    await rule({ ...byTitle, members: {} });
    const name = await room('Deal: Not this one');
    const [suggested] = await linkedAs(name, ([link]) => link !== undefined);
    expect((await service.call('DELETE', `/v1/crm/links/${suggested?.id ?? ''}`)).status).toBe(204);
    await moves(name, 'member.joined', `bob@${domain}`);
    await titled(name, 'Something else');
    await titled(name, 'Deal: Not this one');
    await rule(byTitle, { name: 'Another rule' });
    await lookedAt();
    expect((await linksOf(name)).map(({ state }) => state)).toEqual(['removed']);
    const byHand = { connectionId: crmId, spaceId: spaceOf(name), record: { kind: 'opportunity', externalId: record } };
    expect(await make('/v1/crm/links', byHand)).toMatchObject({ state: 'active', reason: 'by-hand' });
  });

  it('stays dismissed whatever is being looked at in that moment', async () => {
    double.addRecord({ kind: 'opportunity', name: 'In that moment' });
    await rule(byTitle);
    for (let round = 0; round < 10; round++) {
      const name = await room('Deal: In that moment');
      const [link] = await linkedAs(name, ([found]) => found !== undefined);
      const work = Array.from({ length: 5 }, (_, index) => titled(name, `Deal: ${' '.repeat(index)}In that moment`));
      await Promise.all([...work, service.call('DELETE', `/v1/crm/links/${link?.id ?? ''}`)]);
      await titled(name, 'Deal: In that moment');
      await lookedAt();
      expect((await linksOf(name)).map(({ state }) => state)).toEqual(['removed']);
    }
  });

  it('waits for a CRM that is down and loses nothing', async () => {
    const record = double.addRecord({ kind: 'opportunity', name: 'While it was down' });
    double.failNext({ times: 2, what: { kind: 'answer', status: 503, body: 'maintenance' } });
    double.failNext({ times: 2, what: { kind: 'cut-before' } });
    await rule(byTitle);
    const name = await room('Deal: While it was down');
    const [link] = await eventually(
      () => linksOf(name),
      ([found]) => found !== undefined,
      60_000,
    );
    expect(link).toMatchObject({ record: { externalId: record }, state: 'suggested' });
  }, 90_000);

  it('finds a record that is made after the space, when the CRM tells of it', async () => {
    await rule(byTitle);
    const name = await room('Deal: Yet to come');
    await lookedAt();
    expect(await linksOf(name)).toEqual([]);
    const record = double.addRecord({ kind: 'opportunity', name: 'Yet to come' });
    await heard({ recordKind: 'opportunity', recordExternalId: record, name: 'Yet to come', isNew: true });
    await linkedAs(name, ([link]) => link?.record.externalId === record);
    double.changeRecord(record, { name: 'Renamed' });
    await heard({ recordKind: 'opportunity', recordExternalId: record, name: 'Renamed' });
    await linkedAs(name, (links) => links.length === 0);
  });

  it('asks the CRM once for what is said all day', async () => {
    double.addRecord({ kind: 'case', name: 'Asked once', number: '777001' });
    await rule({ text: { pattern: 'CS-(\\d+)', finds: 'number' } }, { recordKind: 'case', activate: false });
    const name = await room('Chatter');
    await says(name, 'CS-777001');
    await linkedAs(name, ([link]) => link !== undefined);
    await lookedAt();
    const before = double.calls.total;
    for (let count = 0; count < 10; count++) await says(name, `CS-777001, ${count}`);
    await lookedAt();
    expect(double.calls.total).toBe(before);
  });

  it('does not stop at hostile titles, and takes none for a part of a query', { timeout: 120_000 }, async () => {
    const quoted = `x' OR Name != '\\`;
    const record = double.addRecord({ kind: 'opportunity', name: quoted });
    await rule({ title: { pattern: '^(.*)$', finds: 'name' } }, { activate: false });
    const rooms: string[] = [];
    for (const title of [...naughty, 'a'.repeat(50_000), '('.repeat(3_000)]) rooms.push(await room(title));
    const quotedRoom = await room(quoted);
    await linkedAs(quotedRoom, ([link]) => link?.record.externalId === record);
    await eventually(
      () =>
        database.query<{ count: string }>(`select count(*) from jobs where kind = 'crm-link' and state = 'waiting'`),
      ([row]) => row?.count === '0',
      90_000,
    );
    const [row] = await database.query<{ count: string }>(
      `select count(*) from crm_links where space_id = any($1::uuid[])`,
      [rooms.map(spaceOf)],
    );
    expect(row?.count).toBe('0');
    const failed = await database.query(`select * from jobs where kind = 'crm-link'`);
    expect(failed).toEqual([]);
  });

  it.each([
    [{ title: { pattern: 'Deal', finds: 'name' } }, '/signals/title/pattern'],
    [{ text: { pattern: '(', finds: 'number' } }, '/signals/text/pattern'],
    [{ text: { pattern: '(a{1000}){1000}', finds: 'number' } }, '/signals/text/pattern'],
    [undefined, '/signals'],
    [{}, '/signals'],
    [{ members: {} }, '/activate'],
  ])('refuses a rule with %j', async (signals, pointer) => {
    const body = { connectionId: crmId, name: 'x', recordKind: 'account', signals, activate: true };
    const answer = await service.call<{ errors: readonly { pointer: string }[] }>('POST', '/v1/crm/link-rules', {
      body,
    });
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((error) => error.pointer)).toContain(pointer);
  });

  it('knows who its people are in the CRM, without asking it', async () => {
    const { id: accountId, domain } = acme();
    const [contact] = [double.addRecord({ kind: 'contact', name: 'Cora', emails: [`cora@${domain}`], accountId })];
    const name = await room('People');
    await make('/v1/crm/links', {
      connectionId: crmId,
      spaceId: spaceOf(name),
      record: { kind: 'account', externalId: accountId },
    });
    for (const who of [`CORA@${domain}`, 'olga@us.test', `nobody@${domain}`]) await moves(name, 'member.joined', who);
    const owner = { externalId: 'user-1', displayName: 'Olga', email: 'Olga@us.test' };
    await heard({ recordKind: 'opportunity', recordExternalId: randomUUID(), name: 'x', owner });
    await lookedAt();
    const before = double.calls.total;
    const path = `/v1/crm/connections/${crmId}/people?spaceId=${spaceOf(name)}`;
    const { items } = await service.get<Page<CrmPersonDto>>(path);
    expect(items.toSorted((one, other) => (one.email < other.email ? -1 : 1))).toMatchObject([
      { email: `CORA@${domain}`, contacts: [{ externalId: contact, accountExternalId: accountId }], user: null },
      { email: `nobody@${domain}`, contacts: [], user: null },
      { email: 'olga@us.test', contacts: [], user: { externalId: 'user-1', name: 'Olga' } },
    ]);
    expect(items.every(({ lookedAt: when }) => when !== null)).toBe(true);
    expect(double.calls.total).toBe(before);
    expect((await service.call('GET', `/v1/crm/connections/${randomUUID()}/people`)).status).toBe(404);
  });
});
