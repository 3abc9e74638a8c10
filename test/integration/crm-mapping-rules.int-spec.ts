import { DataSource } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type DoubleEntry } from '../../simulators/crm/common/crm-double.js';
import { EspocrmDouble } from '../../simulators/crm/espocrm/espocrm-double.js';
import { type Page } from '../../src/common/http/page.js';
import { entityId } from '../../src/common/ids/entity-id.js';
import { type CrmChangeDto } from '../../src/crm-sync/changes/crm-change.dto.js';
import { crmPushKind, recordKey } from '../../src/crm-sync/changes/crm-push.js';
import { type CrmMappingDto } from '../../src/crm-sync/mapping/crm-mapping.dto.js';
import { type CrmMappingPreviewDto } from '../../src/crm-sync/mapping/mapping-preview.dto.js';
import { type EventType, type EventMap } from '../../src/events/event-map.js';
import { type Fact } from '../../src/events/event.js';
import { inTransaction } from '../../src/database/transaction.js';
import { enqueueJobs } from '../../src/outbox/job.js';
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
  async function room(mapping?: object, beside?: Room): Promise<Room> {
    const name = `room-${++rooms}`;
    const connectionId = beside?.connectionId ?? (await connect());
    if (beside === undefined && mapping !== undefined) expect((await save(connectionId, mapping)).status).toBe(201);
    const say = async <T extends EventType>(type: T, data: EventMap[T]): Promise<void> => {
      const occurredAt = new Date(Date.UTC(2026, 2, 2, 9, ++minute));
      const actor = { externalId: 'ann', displayName: 'Ann' };
      // The compiler cannot follow that `type` and `data` stay a pair.
      const fact = { type, data, occurredAt, actor, space: { externalId: name, title: 'Acme' } } as unknown as Fact;
      await tell(service, [fact], { connectionId: feedConnection });
    };
    await say('message.created', { messageExternalId: 'm0', content: 'hello' });
    const record = beside?.record ?? crm.addRecord({ kind: 'opportunity', name: 'Acme' });
    const spaceId = entityId('space', feedConnection, name);
    const link = {
      connectionId,
      spaceId,
      record: { kind: 'opportunity', externalId: record },
      since: '2026-03-01T00:00:00Z',
    };
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
      entries: [
        { name: 'amounts', on: 'message', when: 'message.text != "hello"', title: 'string(int(message.text))' },
      ],
    });
    const called = crm.calls.total;
    await say('message.created', { messageExternalId: 'm1', content: 'many' });
    const [failed] = await ofRule('amounts');
    expect(failed).toMatchObject({ state: 'failed', fault: 'data', reason: 'expression-failed' });
    expect(failed?.crmMessage).toContain('amounts: int()');
    expect(crm.calls.total).toBe(called);
    const mended = { name: 'amounts', on: 'message', title: 'message.text' };
    expect((await save(connectionId, { timeline: { form: 'off' }, entries: [mended] }, { replaces: 1 })).status).toBe(
      201,
    );
    expect((await changesOf(linkId)).map(({ state }) => state)).toEqual(['failed']);
    await make('/v1/crm/changes/retry', { connectionId });
    expect(await ofRule('amounts')).toMatchObject([{ state: 'synced', mappingVersion: 2, attempts: [{}, {}] }]);
  });

  it('fail for a condition that fails, so that nothing is passed over in silence', async () => {
    const { say, ofRule } = await room({
      entries: [
        { name: 'amounts', on: 'message', when: 'message.text != "hello" && int(message.text) > 1', title: '"x"' },
      ],
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

  it('are wanted in the order of locks in which they are carried out, so that neither waits for the other', async () => {
    const { connectionId, linkId, record, say, settled } = await room();
    await settled();
    const payload = { kind: 'opportunity', externalId: record } as const;
    const key = recordKey(payload);
    const job = { tenantId: 'default', connectionId, kind: crmPushKind, key, payload, credential: 'app' } as const;
    let said: Promise<void> | undefined;
    // As whoever takes a change: first the job, then the change.
    await inTransaction(service.app.get(DataSource), async (tx) => {
      await enqueueJobs([job], tx);
      said = say('message.edited', { messageExternalId: 'm0', content: 'hello again' });
      await eventually(
        () =>
          database.query(
            `select 1 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`,
          ),
        (waiting) => waiting.length > 0,
      );
      await tx.query(`update crm_changes set asked_at = asked_at where link_id = $1`, [linkId]);
    });
    await said;
    expect((await settled()).map(({ state }) => state)).toEqual(['synced']);
  });

  it('make entries of annotations, which go with the message that they hang on', async () => {
    const rule = {
      name: 'decisions',
      on: 'annotation',
      when: 'annotation.type == "decision"',
      title: 'annotation.text',
    };
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
    const tried = {
      timeline: { title: '"Talk"' },
      entries: [
        { ...todos, when: 'false' },
        { ...todos, name: 'new' },
      ],
    };
    const preview = await make<CrmMappingPreviewDto>('/v1/crm/mappings/preview', {
      connectionId,
      linkId,
      mapping: tried,
    });
    expect(preview.version).toBeNull();
    expect(preview.items.map(({ rule, would, reason }) => [rule, would, reason])).toEqual([
      ['todos', 'remove', 'not-matching'],
      ['new', 'create', null],
      [null, 'nothing', null],
    ]);
    expect(crm.calls.total).toBe(called);
    expect(
      (await service.get<Page<CrmMappingDto>>(`/v1/crm/mappings?connectionId=${connectionId}`)).items,
    ).toHaveLength(1);
  });

  describe('that set fields of the record', () => {
    const next = {
      ...{ name: 'next', on: 'message', when: 'message.text.startsWith("Next: ")', recordKind: 'opportunity' },
      set: { description: 'extract(message.text, "Next: (.*)")' },
    };
    const rules = { timeline: { form: 'off' }, fields: [next] };
    const fieldOf = (record: string): unknown => crm.fieldsOf(record)['description'];

    it('set them to what the newest says, and ask the CRM nothing where that stays the same', async () => {
      const { record, say, ofRule } = await room(rules);
      await say('message.created', { messageExternalId: 'm1', content: 'Next: write' });
      expect(await ofRule('next')).toMatchObject([{ form: 'fields', state: 'synced', subjectId: null }]);
      expect(fieldOf(record)).toBe('write');
      await say('message.created', { messageExternalId: 'm2', content: 'Next: call' });
      await ofRule('next');
      expect(fieldOf(record)).toBe('call');
      const called = crm.calls.total;
      await say('message.created', { messageExternalId: 'm3', content: 'fine' });
      await say('message.edited', { messageExternalId: 'm1', content: 'Next: write now' });
      await ofRule('next');
      expect(crm.calls.total).toBe(called);
      await say('message.deleted', { messageExternalId: 'm2' });
      await ofRule('next');
      expect(fieldOf(record)).toBe('write now');
    });

    it('leave what a person has changed since, until somebody asks', async () => {
      const { record, say, ofRule } = await room(rules);
      await say('message.created', { messageExternalId: 'm1', content: 'Next: write' });
      await ofRule('next');
      crm.setFields(record, { description: 'by hand' });
      await say('message.created', { messageExternalId: 'm2', content: 'Next: call' });
      const [left] = await ofRule('next');
      expect(left).toMatchObject({ state: 'skipped', reason: 'changed-in-crm' });
      expect(left?.crmMessage).toContain('description');
      await say('message.created', { messageExternalId: 'm3', content: 'Next: wait' });
      await ofRule('next');
      expect(fieldOf(record)).toBe('by hand');
      await service.call('POST', `/v1/crm/changes/${left?.id ?? ''}/retry`);
      expect(await ofRule('next')).toMatchObject([{ state: 'synced', reason: null }]);
      expect(fieldOf(record)).toBe('wait');
    });

    it('know what they set by a call whose answer was lost for their own', async () => {
      const { record, say, settled, ofRule } = await room(rules);
      await say('message.created', { messageExternalId: 'm1', content: 'Next: write' });
      await ofRule('next');
      crm.failNext({ method: 'PUT', what: { kind: 'cut-after' } });
      await say('message.created', { messageExternalId: 'm2', content: 'Next: call' });
      await eventually(
        () =>
          database.query<{ state: string }>(`select state from crm_changes where rule = 'next' and state = 'unknown'`),
        (rows) => rows.length === 1,
      );
      expect(fieldOf(record)).toBe('call');
      await say('message.created', { messageExternalId: 'm3', content: 'Next: wait' });
      // As if the time had passed in which the call may still be worked on.
      await database.query(`update crm_changes set asked_at = asked_at - interval '1 minute' where state = 'unknown'`);
      await database.query(`update jobs set run_at = now() where state = 'waiting'`);
      await settled();
      expect(await ofRule('next')).toMatchObject([{ state: 'synced' }]);
      expect(fieldOf(record)).toBe('wait');
    });

    it('set the same for two rooms of one record, one after the other, without taking each other for a person', async () => {
      const first = await room(rules);
      await first.say('message.created', { messageExternalId: 'm1', content: 'Next: write' });
      await first.ofRule('next');
      const second = await room(rules, first);
      await second.say('message.created', { messageExternalId: 'm1', content: 'Next: call' });
      await second.ofRule('next');
      expect(fieldOf(first.record)).toBe('call');
      await first.say('message.created', { messageExternalId: 'm2', content: 'Next: wait' });
      expect(await first.ofRule('next')).toMatchObject([{ state: 'synced' }]);
      expect(fieldOf(first.record)).toBe('wait');
    });

    it('are no news when the CRM tells what they set, while what people set is', async () => {
      const stages = { ...next, set: { stage: 'extract(message.text, "Next: (.*)")' } };
      const { connectionId, record, say, ofRule } = await room({ timeline: { form: 'off' }, fields: [stages] });
      const hear = (stage: string): Promise<void> => {
        const data = { recordKind: 'opportunity', recordExternalId: record, name: 'Acme', stage } as const;
        const fact: Fact = { type: 'crm.record.changed', occurredAt: new Date(), space: undefined, data };
        return tell(service, [fact], { connectionId });
      };
      const news = async (): Promise<number> =>
        (await database.query(`select 1 from jobs where kind = 'crm-tell' and connection_id = $1`, [connectionId]))
          .length;
      await hear('Proposal');
      await say('message.created', { messageExternalId: 'm1', content: 'Next: Negotiation' });
      expect(await ofRule('next')).toMatchObject([{ state: 'synced' }]);
      expect(crm.fieldsOf(record)['stage']).toBe('Negotiation');
      await hear('Negotiation');
      expect(await news()).toBe(0);
      await hear('Closed Won');
      expect(await news()).toBe(1);
      // Heard while we are at it: the call is on its way, or its answer was lost.
      await database.query(
        `update crm_changes set state = 'unknown', asked_at = now() where form = 'fields' and connection_id = $1`,
        [connectionId],
      );
      await hear('Proposal');
      expect(await news()).toBe(1);
    });

    it('fail by what the CRM says, with the field', async () => {
      const { say, ofRule } = await room(rules);
      crm.failNext({
        method: 'PUT',
        what: { kind: 'answer', status: 400, headers: { 'x-status-reason': 'description is too long' }, body: '' },
      });
      await say('message.created', { messageExternalId: 'm1', content: 'Next: write' });
      const [failed] = await ofRule('next');
      expect(failed).toMatchObject({ state: 'failed', reason: 'invalid', fault: 'data' });
      expect(failed?.crmMessage).toContain('description is too long');
    });

    it('are refused where two set the same field, or a field has no name', async () => {
      const connectionId = await connect();
      const { status, body } = await save(connectionId, {
        fields: [
          { ...next, set: { description: '"a"', 'no name': '"b"' } },
          { ...next, name: 'again' },
          { ...next, name: 'none', set: {} },
        ],
      });
      expect(status).toBe(400);
      expect(body.errors.map(({ pointer }) => pointer)).toEqual([
        '/mapping/fields/0/set/no name',
        '/mapping/fields/2/set',
        '/mapping/fields/1/set/description',
      ]);
    });
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
  readonly say: <T extends EventType>(type: T, data: EventMap[T]) => Promise<void>;
  readonly settled: () => Promise<readonly CrmChangeDto[]>;
  readonly ofRule: (rule: string | null) => Promise<readonly CrmChangeDto[]>;
}
