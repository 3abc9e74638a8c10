import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EndpointDouble } from '../../simulators/crm/generic/endpoint-double.js';
import { type Page } from '../../src/common/http/page.js';
import { entityId } from '../../src/common/ids/entity-id.js';
import { generateMasterKey } from '../../src/common/security/secret-box.js';
import { type CrmChangeDto } from '../../src/crm-sync/changes/crm-change.dto.js';
import { type CrmMappingPreviewDto, type PreviewedChangeDto } from '../../src/crm-sync/mapping/mapping-preview.dto.js';
import { type Fact } from '../../src/events/event.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { tell } from '../setup/facts.js';
import { feedConnection } from '../setup/feed-facts.js';
import { factsOf, history } from '../setup/mapped-history.js';
import { eventually, startTestService, type TestService } from '../setup/service.js';

const secret = `whsec_${Buffer.from('the secret of the endpoint').toString('base64')}`;
const start = new Date('2026-03-02T09:00:00Z');

/** Mappings that between them have every form, every subject and expressions that fail on some texts. */
const mappings = [
  {},
  {
    timeline: { when: 'message.author != "BOT" && !message.isDeleted', title: 'space.title + " on " + day' },
    entries: [
      {
        ...{ name: 'todos', on: 'message', when: 'message.text.startsWith("TODO")', form: 'task' },
        ...{ title: 'cut(message.text, 20)', due: 'message.at + duration("72h")' },
      },
      { name: 'amounts', on: 'message', when: 'int(extract(message.text, "amount (.*)")) > 0', title: 'message.text' },
    ],
  },
  {
    timeline: { form: 'activity', line: 'message.author == "BOT" ? "" : message.text' },
    entries: [
      { name: 'decisions', on: 'annotation', when: 'annotation.type == "decision"', title: 'annotation.text' },
      { name: 'liked', on: 'reaction', title: 'reaction.by + " likes it"', form: 'activity' },
      { name: 'people', on: 'member', when: 'member.isMember', title: 'member.name', text: 'member.email' },
      { name: 'rooms', on: 'space', title: 'space.title', recordKind: 'account' },
    ],
  },
  {
    timeline: { when: 'false' },
    fields: [
      {
        ...{
          name: 'next',
          on: 'message',
          when: 'matches(message.text, "(?i)^next step: ")',
          recordKind: 'opportunity',
        },
        set: { nextStep: 'extract(message.text, ": (.*)")', askedAt: 'message.at', by: 'message.author' },
      },
      {
        name: 'sums',
        on: 'message',
        when: 'int(extract(message.text, "amount (.+)")) > 0',
        recordKind: 'account',
        set: { n: '1' },
      },
    ],
  },
  {
    timeline: { form: 'off' },
    entries: [{ name: 'all', on: 'message', title: 'time(message.at) + " " + message.author' }],
  },
];

describe('a mapping', () => {
  let database: TestDatabase;
  let endpoint: EndpointDouble;
  let api: TestService;
  let worker: TestService | undefined;
  const masterKeys = generateMasterKey();

  beforeAll(async () => {
    database = await createTestDatabase();
    endpoint = await EndpointDouble.start(secret);
    api = await start1('api');
  });
  afterAll(async () => {
    await worker?.stop();
    await api.stop();
    await endpoint.close();
    await database.drop();
  });

  async function start1(role: string): Promise<TestService> {
    const service = await startTestService(database.url, {
      LIAISON_ROLE: role,
      LIAISON_MASTER_KEYS: masterKeys,
      LIAISON_OUTBOUND_ALLOW: new URL(endpoint.url).host,
    });
    await service.ready;
    return service;
  }
  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await api.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const connect = async (): Promise<string> => {
    const settings = { url: `${endpoint.url}/liaison` };
    const body = { platform: 'generic', name: 'Deals', settings, secrets: { signingSecrets: secret } };
    return (await make<{ id: string }>('/v1/crm/connections', body)).id;
  };
  const link = async (connectionId: string, spaceId: string, kind: string, externalId: string): Promise<string> => {
    const body = { connectionId, spaceId, record: { kind, externalId }, since: '2026-03-01T00:00:00Z' };
    return (await make<{ id: string }>('/v1/crm/links', body)).id;
  };
  const preview = (body: object): Promise<CrmMappingPreviewDto> =>
    make<CrmMappingPreviewDto>('/v1/crm/mappings/preview', { limit: 100, ...body });
  const changesOf = async (linkId: string): Promise<readonly CrmChangeDto[]> =>
    (await api.get<Page<CrmChangeDto>>(`/v1/crm/changes?limit=200&linkId=${linkId}`)).items;
  const settled = (linkId: string): Promise<readonly CrmChangeDto[]> =>
    eventually(
      () => changesOf(linkId),
      (changes) => changes.every(({ state }) => !['pending', 'sending', 'unknown'].includes(state)),
      30_000,
    );

  /** What was done, in the words of a preview. */
  async function done(change: CrmChangeDto): Promise<Told> {
    const [row] = await database.query<{ fields: object | null }>(`select fields from crm_changes where id = $1`, [
      change.id,
    ]);
    const entry = endpoint.entries().find(({ key }) => key === change.key);
    const { key, form, rule, subjectId, reason } = change;
    const act = form === 'fields' ? 'update' : 'create';
    const would = change.state === 'synced' ? act : change.state === 'skipped' ? 'skip' : change.state.slice(0, 4);
    const [title, text] = [entry?.title ?? null, inFrame(entry?.text)];
    return { key, form, rule, subjectId, would, reason, title, text, fields: row?.fields ?? null };
  }

  it('does to every random history what its preview said, and its preview then says that all is as it shall be', async () => {
    let run = 0;
    const seen = new Set<string>();
    for (const mapping of mappings)
      await fc.assert(
        fc.asyncProperty(fc.array(history, { minLength: 2, maxLength: 2 }), async (histories) => {
          await worker?.stop();
          worker = undefined;
          run += 1;
          const connectionId = await connect();
          await make('/v1/crm/mappings', { connectionId, mapping, replaces: 0 });
          const links: string[] = [];
          const later: Fact[] = [];
          for (const [index, steps] of histories.entries()) {
            const name = `room-${run}-${index}`;
            const spaceId = entityId('space', feedConnection, name);
            const facts = factsOf(name, steps, start);
            later.push(...facts.splice(facts.length / 2));
            await tell(api, facts, { connectionId: feedConnection });
            if ((await api.call('GET', `/v1/spaces/${spaceId}`)).status !== 200) continue;
            links.push(await link(connectionId, spaceId, 'opportunity', `${run}-deal`));
            links.push(await link(connectionId, spaceId, 'account', `${run}-account-${index}`));
          }
          const called = endpoint.calls.total;
          const before = await database.query(`select count(*) from crm_change_attempts`);
          const said = await Promise.all(links.map(async (linkId) => (await preview({ connectionId, linkId })).items));
          const untouched = [endpoint.calls.total, await database.query(`select count(*) from crm_change_attempts`)];
          expect(untouched).toEqual([called, before]);
          worker = await start1('worker');
          for (const [index, linkId] of links.entries()) {
            const changes = await settled(linkId);
            const made: Told[] = [];
            for (const change of changes) made.push(await done(change));
            expect(made.sort(byKey)).toEqual((said[index] ?? []).map(told).sort(byKey));
            for (const { would } of said[index] ?? []) seen.add(would);
            const after = (await preview({ connectionId, linkId })).items;
            const expected = (said[index] ?? []).map((item) => ({
              ...told(item),
              would: ['create', 'update'].includes(item.would) ? 'nothing' : item.would,
            }));
            expect(after.map(told).sort(byKey)).toEqual(expected.sort(byKey));
          }
          // What happens from then on leaves nothing to do either.
          for (const fact of later) await tell(api, [fact], { connectionId: feedConnection });
          for (const linkId of links) {
            await settled(linkId);
            const { items } = await preview({ connectionId, linkId });
            expect(items.filter(({ would }) => ['create', 'update', 'remove'].includes(would))).toEqual([]);
          }
        }),
        { numRuns: 3, seed: 20_261_122 + mappings.indexOf(mapping) },
      );
    expect([...seen].sort()).toEqual(['create', 'fail', 'skip', 'update']);
  }, 120_000);
});

/** What a preview said of a change, without what the CRM shows nothing of. */
function told({ key, form, rule, subjectId, would, reason, title, text, fields }: PreviewedChangeDto): Told {
  return { key, form, rule, subjectId, would, reason, title, text, fields };
}

interface Told extends Pick<PreviewedChangeDto, 'key' | 'form' | 'rule' | 'subjectId' | 'reason' | 'title' | 'text'> {
  readonly would: string | undefined;
  readonly fields: object | null;
}

function byKey(a: object, b: object): number {
  return JSON.stringify(a) < JSON.stringify(b) ? -1 : 1;
}

function inFrame(text: string | undefined): string | null {
  return text === undefined ? null : text.split('\n').slice(1, -1).join('\n');
}
