import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { EspocrmDouble } from '../../simulators/crm/espocrm/espocrm-double.js';
import { type Page } from '../../src/common/http/page.js';
import { entityId } from '../../src/common/ids/entity-id.js';
import { type CrmChangeDto } from '../../src/crm-sync/changes/crm-change.dto.js';
import { type CrmMappingDto } from '../../src/crm-sync/mapping/crm-mapping.dto.js';
import { type CrmMappingPreviewDto } from '../../src/crm-sync/mapping/mapping-preview.dto.js';
import { type EventType, type EventMap } from '../../src/events/event-map.js';
import { type Fact } from '../../src/events/event.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { tell } from '../setup/facts.js';
import { feedConnection } from '../setup/feed-facts.js';
import { eventually, startTestService, type Answer, type TestService } from '../setup/service.js';

const credentials = { apiKey: '0f3a6f0c1be24d7d8a55c1e7', secretKey: 'e0d8c7b6a5948372615049382716f5e4' };
const todos = {
  ...{ name: 'todos', on: 'message', when: 'message.text.startsWith("TODO")', form: 'task' },
  ...{ title: 'message.text', due: 'message.at + duration("72h")' },
};

interface Problem {
  readonly errors: readonly { readonly pointer: string; readonly detail: string }[];
}

describe('rules of a mapping', () => {
  let database: TestDatabase;
  let crm: EspocrmDouble;
  let service: TestService;
  let minute = 0;
  let rooms = 0;

  beforeAll(async () => {
    database = await createTestDatabase();
    crm = await EspocrmDouble.start(credentials);
    service = await startTestService(database.url, { LIAISON_OUTBOUND_ALLOW: new URL(crm.url).host });
    await service.ready;
  });
  afterAll(async () => {
    await service.stop();
    await crm.close();
    await database.drop();
  });

  async function make<Body>(path: string, body: object): Promise<Body> {
    const answer = await service.call<Body>('POST', path, { body });
    if (answer.status >= 300) throw new Error(`POST ${path}: ${answer.status} ${JSON.stringify(answer.body)}`);
    return answer.body;
  }
  const connect = async (): Promise<string> => {
    const settings = { siteUrl: crm.url, assignedUserId: '65f0c1be24d7d8a55' };
    const body = { platform: 'espocrm', name: 'Deals', settings, secrets: credentials };
    return (await make<{ id: string }>('/v1/crm/connections', body)).id;
  };
  const save = (connectionId: string, mapping: object, more: object = {}): Promise<Answer<CrmMappingDto & Problem>> =>
    service.call('POST', '/v1/crm/mappings', { body: { connectionId, mapping, ...more } });
  const changesOf = async (linkId: string): Promise<readonly CrmChangeDto[]> =>
    (await service.get<Page<CrmChangeDto>>(`/v1/crm/changes?limit=200&linkId=${linkId}`)).items;

  /** A room that belongs to a deal, with the mapping in force. */
  async function room(mapping?: object): Promise<Room> {
    const name = `room-${++rooms}`;
    const connectionId = await connect();
    if (mapping !== undefined) expect((await save(connectionId, mapping)).status).toBe(201);
    const say = async <T extends EventType>(type: T, data: EventMap[T]): Promise<void> => {
      const occurredAt = new Date(Date.UTC(2026, 2, 2, 9, ++minute));
      const actor = { externalId: 'ann', displayName: 'Ann' };
      // The compiler cannot follow that `type` and `data` stay a pair.
      const fact = { type, data, occurredAt, actor, space: { externalId: name, title: 'Acme' } } as unknown as Fact;
      await tell(service, [fact], { connectionId: feedConnection });
    };
    await say('message.created', { messageExternalId: 'm0', content: 'hello' });
    const record = crm.addRecord({ kind: 'opportunity', name: 'Acme' });
    const spaceId = entityId('space', feedConnection, name);
    const link = { connectionId, spaceId, record: { kind: 'opportunity', externalId: record }, since: '2026-03-01T00:00:00Z' };
    const { id: linkId } = await make<{ id: string }>('/v1/crm/links', link);
    const settled = (): Promise<readonly CrmChangeDto[]> =>
      eventually(
        () => changesOf(linkId),
        (changes) => changes.every(({ state }) => !['pending', 'sending', 'unknown'].includes(state)),
        30_000,
      );
    const ofRule = async (rule: string | null): Promise<readonly CrmChangeDto[]> =>
      (await settled()).filter((change) => change.rule === rule);
    return { connectionId, linkId, spaceId, record, say, settled, ofRule };
  }
  const entryOf = (change: CrmChangeDto | undefined): DoubleEntry | undefined =>
    crm.entries().find(({ key }) => key === change?.key);

  it('make an entry for what they are about, which follows its edits and goes with it', async () => {
    const { say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'TODO call Acme' });
    const [made] = await ofRule('todos');
    expect(made).toMatchObject({ state: 'synced', form: 'task', mappingVersion: 1 });
    expect(entryOf(made)).toMatchObject({ title: 'TODO call Acme' });
    expect(entryOf(made)?.text).toContain('Ann: TODO call Acme');
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO call Acme today' });
    await ofRule('todos');
    expect(entryOf(made)).toMatchObject({ title: 'TODO call Acme today' });
    await say('message.deleted', { messageExternalId: 'm1' });
    expect(await ofRule('todos')).toMatchObject([{ id: made?.id, state: 'skipped', reason: 'empty' }]);
    expect(entryOf(made)).toBeUndefined();
  });

  it('make nothing for what they are not about, and take back what is not so any more', async () => {
    const { say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'nothing to do' });
    expect(await ofRule('todos')).toEqual([]);
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO write' });
    const [made] = await ofRule('todos');
    expect(entryOf(made)).toBeDefined();
    await say('message.edited', { messageExternalId: 'm1', content: 'done' });
    expect(await ofRule('todos')).toMatchObject([{ state: 'skipped', reason: 'not-matching' }]);
    expect(entryOf(made)).toBeUndefined();
  });

  it('keep what people wrote in the CRM, also the title that they gave it', async () => {
    const { say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'TODO call Acme' });
    const [made] = await ofRule('todos');
    const entry = entryOf(made);
    crm.changeEntry(entry?.externalId ?? '', { title: 'Call them!', text: `${entry?.text ?? ''}\nOlga does it` });
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO call Acme twice' });
    await ofRule('todos');
    expect(entryOf(made)).toMatchObject({ title: 'Call them!' });
    expect(entryOf(made)?.text).toMatch(/TODO call Acme twice[^]*Olga does it$/);
  });

  it('do not contradict who takes an entry away, until somebody asks', async () => {
    const { say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'TODO call Acme' });
    const [made] = await ofRule('todos');
    crm.removeEntry(entryOf(made)?.externalId ?? '');
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO call Acme twice' });
    expect(await ofRule('todos')).toMatchObject([{ state: 'skipped', reason: 'removed-in-crm' }]);
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO call Acme thrice' });
    expect(await ofRule('todos')).toMatchObject([{ state: 'skipped', reason: 'removed-in-crm' }]);
    await service.call('POST', `/v1/crm/changes/${made?.id ?? ''}/retry`);
    expect(await ofRule('todos')).toMatchObject([{ state: 'synced' }]);
    expect(entryOf(made)).toMatchObject({ title: 'TODO call Acme thrice' });
  });

  it('fail with their own reason, call nobody, and work once they are mended', async () => {
    const { connectionId, say, ofRule, linkId } = await room({
      timeline: { form: 'off' },
      entries: [{ name: 'amounts', on: 'message', when: 'message.text != "hello"', title: 'string(int(message.text))' }],
    });
    const called = crm.calls.total;
    await say('message.created', { messageExternalId: 'm1', content: 'many' });
    const [failed] = await ofRule('amounts');
    expect(failed).toMatchObject({ state: 'failed', fault: 'data', reason: 'expression-failed' });
    expect(failed?.crmMessage).toContain('amounts: int()');
    expect(crm.calls.total).toBe(called);
    const mended = { name: 'amounts', on: 'message', title: 'message.text' };
    expect((await save(connectionId, { timeline: { form: 'off' }, entries: [mended] }, { replaces: 1 })).status).toBe(201);
    expect((await changesOf(linkId)).map(({ state }) => state)).toEqual(['failed']);
    await make('/v1/crm/changes/retry', { connectionId });
    expect(await ofRule('amounts')).toMatchObject([{ state: 'synced', mappingVersion: 2, attempts: [{}, {}] }]);
  });

  it('fail for a condition that fails, so that nothing is passed over in silence', async () => {
    const { say, ofRule } = await room({
      entries: [{ name: 'amounts', on: 'message', when: 'message.text != "hello" && int(message.text) > 1', title: '"x"' }],
    });
    await say('message.created', { messageExternalId: 'm1', content: 'many' });
    expect(await ofRule('amounts')).toMatchObject([{ state: 'failed', reason: 'expression-failed' }]);
  });

  it('work from when they are saved on, and leave what was before as it was', async () => {
    const { connectionId, say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'TODO one' });
    const [old] = await ofRule('todos');
    const other = { ...todos, name: 'others', title: '"Other: " + message.text' };
    expect((await save(connectionId, { timeline: { form: 'off' }, entries: [other] })).status).toBe(201);
    await say('message.created', { messageExternalId: 'm2', content: 'TODO two' });
    expect(await ofRule('others')).toMatchObject([{ state: 'synced', mappingVersion: 2 }]);
    expect(await ofRule('todos')).toMatchObject([{ id: old?.id, mappingVersion: 1 }]);
    // What came by a rule that is gone is still kept in step, by the version that had it.
    await say('message.edited', { messageExternalId: 'm1', content: 'TODO one and a half' });
    expect(await ofRule('todos')).toMatchObject([{ id: old?.id, mappingVersion: 1, state: 'synced' }]);
    expect(entryOf(old)).toMatchObject({ title: 'TODO one and a half' });
  });

  it('are what today is for connections without a mapping: a note for each day', async () => {
    const { settled, spaceId } = await room();
    const [day, ...rest] = await settled();
    expect(rest).toEqual([]);
    expect(day).toMatchObject({ state: 'synced', form: 'note', rule: null, subjectId: null, mappingVersion: 0 });
    expect(entryOf(day)).toMatchObject({ title: 'Acme, 2026-03-02' });
    expect(entryOf(day)?.key).toMatch(/^liaison-[0-9a-f]{32}-20260302$/);
    expect(spaceId).not.toBe('');
  });

  it('make entries of annotations, which go with the message that they hang on', async () => {
    const rule = { name: 'decisions', on: 'annotation', when: 'annotation.type == "decision"', title: 'annotation.text' };
    const { say, ofRule } = await room({ entries: [rule] });
    await say('message.created', { messageExternalId: 'm1', content: 'so be it' });
    const payload = { title: 'No discount' };
    const decision = { messageExternalId: 'm1', annotationExternalId: 'a1', annotationType: 'decision', payload };
    await say('annotation.added', decision);
    const [made] = await ofRule('decisions');
    expect(entryOf(made)).toMatchObject({ title: 'No discount' });
    await say('message.deleted', { messageExternalId: 'm1' });
    expect(await ofRule('decisions')).toMatchObject([{ state: 'skipped', reason: 'empty' }]);
    expect(entryOf(made)).toBeUndefined();
  });

  it('are told by a preview what would become of what stands there', async () => {
    const { connectionId, linkId, say, ofRule } = await room({ entries: [todos] });
    await say('message.created', { messageExternalId: 'm1', content: 'TODO one' });
    await ofRule('todos');
    const called = crm.calls.total;
    const tried = { timeline: { title: '"Talk"' }, entries: [{ ...todos, when: 'false' }, { ...todos, name: 'new' }] };
    const preview = await make<CrmMappingPreviewDto>('/v1/crm/mappings/preview', { connectionId, linkId, mapping: tried });
    expect(preview.version).toBeNull();
    expect(preview.items.map(({ rule, would, reason }) => [rule, would, reason])).toEqual([
      ['todos', 'remove', 'not-matching'],
      ['new', 'create', null],
      [null, 'nothing', null],
    ]);
    expect(crm.calls.total).toBe(called);
    expect((await service.get<Page<CrmMappingDto>>(`/v1/crm/mappings?connectionId=${connectionId}`)).items).toHaveLength(1);
  });

  it('are refused with every place that is wrong', async () => {
    const connectionId = await connect();
    const wrong = {
      timeline: { when: 'messag.text == "x"', line: 'message.isEdited' },
      entries: [
        { name: 'a', on: 'message', form: 'task', title: 'message.text.split(",")[0]' },
        { name: 'a', on: 'reaction', title: 'annotation.text', due: 'reaction.name' },
      ],
    };
    const { status, body } = await save(connectionId, wrong);
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }) => pointer)).toEqual([
      '/mapping/timeline/when',
      '/mapping/timeline/line',
      '/mapping/entries/0/title',
      '/mapping/entries/1/title',
      '/mapping/entries/1/due',
      '/mapping/entries/1/name',
    ]);
    expect(body.errors[0]?.detail).toContain('messag');
    const shapes = await save(connectionId, { entries: [{ name: 'A b', on: 'nothing', title: 7, more: 1 }] });
    expect(shapes.status).toBe(400);
    expect(shapes.body.errors.map(({ pointer }) => pointer)).toEqual(
      ['more', 'title', 'name', 'on'].map((name) => `/mapping/entries/0/${name}`),
    );
  });

  it('have only the forms that their CRM has', async () => {
    const hubspot = await make<{ id: string }>('/v1/crm/connections', {
      ...{ platform: 'hubspot', name: 'Deals', settings: { portalId: '1' } },
      secrets: { accessToken: 'pat-eu1-00000000-0000-4000-8000-000000000000' },
    });
    const { status, body } = await save(hubspot.id, {
      timeline: { form: 'activity' },
      entries: [{ ...todos, form: 'activity' }],
    });
    expect(status).toBe(400);
    expect(body.errors.map(({ pointer }) => pointer)).toEqual(['/mapping/timeline/form', '/mapping/entries/0/form']);
  });

  it('are saved in versions that never change, and refused where another one is current', async () => {
    const connectionId = await connect();
    const first = await save(connectionId, { entries: [todos] }, { replaces: 0, note: 'tasks' });
    expect(first).toMatchObject({ status: 201, body: { version: 1, isCurrent: true, note: 'tasks' } });
    expect((await save(connectionId, {}, { replaces: 0 })).status).toBe(409);
    expect((await save(connectionId, {}, { replaces: 1 })).body).toMatchObject({ version: 2, isCurrent: true });
    expect(await service.get(`/v1/crm/mappings/${first.body.id}`)).toMatchObject({
      ...{ version: 1, isCurrent: false },
      mapping: { timeline: { form: 'note' }, entries: [todos], fields: [] },
    });
    const { items } = await service.get<Page<CrmMappingDto>>(`/v1/crm/mappings?connectionId=${connectionId}`);
    expect(items.map(({ version }) => version)).toEqual([2, 1]);
  });
});

interface Room {
  readonly connectionId: string;
  readonly linkId: string;
  readonly spaceId: string;
  readonly record: string;
  say<T extends EventType>(type: T, data: EventMap[T]): Promise<void>;
  settled(): Promise<readonly CrmChangeDto[]>;
  ofRule(rule: string | null): Promise<readonly CrmChangeDto[]>;
}
