import { readFileSync } from 'node:fs';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectorCalls } from '../../src/crm/connector.js';
import { CrmRefused, EntryStale } from '../../src/crm/crm.errors.js';
import { type CrmEntry, type CrmRecord, type RecordReference, type StoredEntry } from '../../src/crm/crm-record.js';
import { NeedsAuthorization } from '../../src/platforms/platform.errors.js';
import { callsAt } from '../setup/tryton/tryton-account.js';
import { startRealTryton, startTrytonDouble, type RealTryton, type TrytonPlace } from '../setup/tryton/tryton-place.js';
import { TrytonPerson, type RawAnswer } from '../setup/tryton/tryton-person.js';

// The file is a list of strings, as test/fixtures/SOURCES.md says.
const naughty = JSON.parse(readFileSync('test/fixtures/naughty/blns.json', 'utf8')) as readonly string[];
const controls = Array.from({ length: 0x20 }, (_, code) => String.fromCharCode(code)).filter(
  (text) => text !== '\u0000',
);
const treacherous = [
  'a\r\nb\rc',
  '  spaces around  \n\n',
  '\n\nliaison:another-key',
  '\\liaison:another-key',
  'e\u0301 is not é',
  '\ufeff\u200b\u202e\u2028\u2029\u0085',
  '\ufffe\uffff',
  '%_\\%\\_',
];

const real = await startRealTryton();
if ('absent' in real) process.stderr.write(`No real Tryton here: ${real.absent}.\n`);
const isReal = !('absent' in real);
/** The real one is started once and ends with the file. */
const places = [
  { name: 'the double of Tryton', start: startTrytonDouble },
  ...(isReal
    ? [{ name: 'a real Tryton', start: () => Promise.resolve({ ...real, stop: () => Promise.resolve() }) }]
    : []),
];
let lastKey = 0;

afterAll(() => (isReal ? real.stop() : undefined));

/** All pages from the position on. */
async function sweep(
  calls: ConnectorCalls,
  from: string | undefined,
): Promise<{ readonly records: readonly CrmRecord[]; readonly position: string; readonly pages: number }> {
  const records: CrmRecord[] = [];
  for (let position = from, pages = 1; ; pages++) {
    const page = await calls.changedAfter?.(position);
    if (page === undefined) throw new Error('the connector tells no changes');
    records.push(...page.records);
    position = page.position;
    if (!page.hasMore) return { records, position, pages };
  }
}

describe.each(places)('$name', ({ start }) => {
  let place: TrytonPlace;
  let admin: TrytonPerson;
  let connected: ReturnType<typeof callsAt>;
  let calls: ConnectorCalls;
  let record: RecordReference;

  beforeAll(async () => {
    place = await start();
    admin = await TrytonPerson.logIn(place, place.admin.user, place.admin.password);
    connected = callsAt(place);
    calls = connected.calls;
    record = { kind: 'opportunity', externalId: await newOpportunity('Engine') };
  });
  afterAll(async () => {
    await connected.end();
    await place.stop();
  });

  async function newOpportunity(description: string, values: Readonly<Record<string, unknown>> = {}): Promise<string> {
    const [id = ''] = await admin.create('sale.opportunity', { description, company: 1, ...values });
    return id;
  }

  async function newParty(name: string, ...emails: readonly string[]): Promise<string> {
    const [party = ''] = await admin.create('party.party', { name });
    for (const value of emails) {
      await admin.create('party.contact_mechanism', { party: Number(party), type: 'email', value });
    }
    return party;
  }

  function newEntry(given: Partial<CrmEntry> = {}): CrmEntry {
    const key = `entry-${++lastKey}`;
    return { key, form: 'note', record, title: 'A title', text: 'One\nTwo', at: new Date(0), ...given };
  }

  const find = (key: string, externalId?: string): Promise<StoredEntry | undefined> | undefined =>
    calls.entry?.(key, 'note', externalId);

  async function changed(stored: StoredEntry, entry: CrmEntry): Promise<StoredEntry> {
    const answer = await calls.change?.(stored, entry);
    if (answer === undefined) throw new Error('the connector changes nothing');
    return answer;
  }

  it.each(['opportunity', 'account', 'contact'] as const)('keeps an entry on the kind %s', async (kind) => {
    const externalId = kind === 'opportunity' ? record.externalId : await newParty('Ada');
    const entry = newEntry({ record: { kind, externalId } });
    const made = await calls.create(entry);
    expect(made).toMatchObject({ title: entry.title, text: entry.text });
    expect(await find(entry.key)).toEqual(made);
    expect(await find('entry-0', made.externalId)).toEqual(made);
    expect(await find(`${entry.key}0`)).toBeUndefined();
    expect(await find(entry.key.slice(0, -1))).toBeUndefined();
  });

  it('changes an entry again and again, each time from what the last change answered', async () => {
    const entry = newEntry();
    let stored = await calls.create(entry);
    const versions = new Set([stored.version]);
    for (const text of ['two', 'three', 'four']) {
      stored = await changed(stored, { ...entry, text });
      versions.add(stored.version);
      expect(stored.text).toBe(text);
    }
    expect(versions.size).toBe(4);
    expect(await find(entry.key)).toEqual(stored);
  });

  it('does not change an entry that somebody changed meanwhile', async () => {
    const entry = newEntry();
    const stored = await calls.create(entry);
    await admin.write('ir.note', stored.externalId, { message: `Mine!\n\nliaison:${entry.key}\nand more` });
    await expect(changed(stored, { ...entry, text: 'Ours' })).rejects.toBeInstanceOf(EntryStale);
    const current = await find(entry.key, stored.externalId);
    expect(current).toMatchObject({ title: 'Mine!', text: 'and more' });
    if (current !== undefined)
      expect(await changed(current, { ...entry, text: 'Ours' })).toMatchObject({ text: 'Ours' });
  });

  it('says that an entry is gone which somebody removed', async () => {
    const entry = newEntry();
    const stored = await calls.create(entry);
    await admin.delete('ir.note', stored.externalId);
    await expect(changed(stored, entry)).rejects.toMatchObject({ code: 'crm-refused', reason: 'gone' });
    expect(await find(entry.key, stored.externalId)).toBeUndefined();
    expect(await find(entry.key)).toBeUndefined();
  });

  it('says that a record is gone on which an entry shall be made', async () => {
    const externalId = await newOpportunity('soon gone');
    await admin.delete('sale.opportunity', externalId);
    const entry = newEntry({ record: { kind: 'opportunity', externalId } });
    await expect(calls.create(entry)).rejects.toMatchObject({ code: 'crm-refused', reason: 'gone' });
  });

  it('removes an entry by its id or its key, and once more without an error', async () => {
    const [first, second, other] = [newEntry(), newEntry(), newEntry()];
    const { externalId } = await calls.create(first);
    for (const entry of [second, other]) await calls.create(entry);
    for (const id of [externalId, externalId, undefined]) await calls.remove(first, id);
    for (const id of [undefined, undefined]) await calls.remove(second, id);
    expect([await find(first.key), await find(second.key)]).toEqual([undefined, undefined]);
    expect(await find(other.key)).toBeDefined();
  });

  it('removes an entry whose record is gone', async () => {
    const externalId = await newOpportunity('soon gone');
    const entry = newEntry({ record: { kind: 'opportunity', externalId } });
    const made = await calls.create(entry);
    await admin.delete('sale.opportunity', externalId);
    await calls.remove(entry, made.externalId);
    expect(await find(entry.key)).toBeUndefined();
  });

  it('gives naughty strings and control characters back as they were', { timeout: 120_000 }, async () => {
    const entry = newEntry();
    let stored = await calls.create(entry);
    const different: unknown[] = [];
    for (const text of [...naughty, ...controls.map((control) => `a${control}b${control}`), ...treacherous]) {
      const title = text.replaceAll('\n', ' ').slice(0, 500);
      stored = await changed(stored, { ...entry, title, text });
      if (stored.title !== title || stored.text !== text) different.push({ text, stored });
    }
    expect(different).toEqual([]);
    expect(await find(entry.key)).toEqual(stored);
  });

  it('gives NUL and halves of surrogate pairs back as replacement characters', async () => {
    const made = await calls.create(newEntry({ title: 'a\u0000b', text: '\ud800\u0000\udc00' }));
    expect(made).toMatchObject({ title: 'a\ufffdb', text: '\ufffd\ufffd\ufffd' });
  });

  it.each(['x', '€', '\u{1f600}', '\u0001'])('keeps the longest text that it says it does, of %j', async (unit) => {
    const text = unit.repeat(100_000 / unit.length);
    expect((await calls.create(newEntry({ text }))).text).toBe(text);
  });

  it('reads an opportunity, another version of it after a change, and none once it is gone', async () => {
    const amount = { __class__: 'Decimal', decimal: '1200.50' };
    const externalId = await newOpportunity('Ünïcode & <Co>', { amount });
    const reference = { kind: 'opportunity', externalId } as const;
    const before = await calls.record(reference);
    expect(before).toMatchObject({
      ...reference,
      name: 'Ünïcode & <Co>',
      stage: 'lead',
      isClosed: false,
      isWon: false,
    });
    expect(before).toMatchObject({ amount: '1200.50', currency: 'EUR' });
    expect(before?.url).toBe(`https://crm.example/#tryton/model/sale.opportunity/${externalId}`);
    expect(Math.abs(Date.now() - (before?.changedAt.getTime() ?? 0))).toBeLessThan(60_000);
    expect(await calls.record(reference)).toEqual(before);
    await admin.write('sale.opportunity', externalId, { description: 'Renamed' });
    const after = await calls.record(reference);
    expect(after?.name).toBe('Renamed');
    expect(after?.version).not.toBe(before?.version);
    await admin.delete('sale.opportunity', externalId);
    expect(await calls.record(reference)).toBeUndefined();
  });

  it('reads a party, another version of it after an address was added, and one that was archived', async () => {
    const reference = { kind: 'contact', externalId: await newParty('Ada', 'Ada@Example.test') } as const;
    const before = await calls.record(reference);
    expect(before).toMatchObject({ ...reference, name: 'Ada', emails: ['ada@example.test'] });
    const party = Number(reference.externalId);
    await admin.create('party.contact_mechanism', { party, type: 'email', value: 'ada@home.test' });
    const after = await calls.record(reference);
    expect([...(after?.emails ?? [])].sort()).toEqual(['ada@example.test', 'ada@home.test']);
    expect(after?.version).not.toBe(before?.version);
    await admin.write('party.party', reference.externalId, { active: false });
    expect(await calls.record(reference)).toMatchObject({ name: 'Ada' });
  });

  it.each(['', '0', '-1', '1.5', '../1', '2147483648', '99999999999999999999', "1' OR 1=1"])(
    'has no record of the id %j',
    async (externalId) => {
      expect(await calls.record({ kind: 'opportunity', externalId })).toBeUndefined();
    },
  );

  it('finds contacts by an address, whatever its case, and no archived ones', async () => {
    const [ann, , archived] = [
      await newParty('Ann', 'Ann_Smith@Example.test', 'ann_smith@example.test'),
      await newParty('Anna', 'annXsmith@example.test', 'joann_smith@example.test'),
      await newParty('Anne', 'ann_smith@example.test'),
    ];
    await admin.write('party.party', archived, { active: false });
    for (const email of ['ann_smith@example.test', ' ANN_SMITH@EXAMPLE.TEST ']) {
      const found = await calls.contactsByEmail?.(email);
      expect(found?.map(({ externalId }) => externalId)).toEqual([ann]);
    }
    for (const email of ['', '%', 'ann%smith@example.test', '_nn_smith@example.test', "x' OR 1=1 --", '\\']) {
      expect(await calls.contactsByEmail?.(email)).toEqual([]);
    }
  });

  it('tells every opportunity that was made or changed, over pages and of one time', { timeout: 120_000 }, async () => {
    const begin = await sweep(calls, undefined);
    expect(begin.records).toEqual([]);
    const values = Array.from({ length: 250 }, (_, i) => ({ description: `number ${i}`, company: 1 }));
    // One call is one transaction, and all of its records have one time.
    const ids = await admin.create('sale.opportunity', ...values);
    const { records, position, pages } = await sweep(calls, begin.position);
    const seen = records.map(({ externalId }) => externalId);
    expect(pages).toBeGreaterThan(2);
    expect(ids.filter((id) => !seen.includes(id))).toEqual([]);
    const [oldest = ''] = ids;
    await admin.write('sale.opportunity', oldest, { description: 'changed' });
    const next = await sweep(calls, position);
    expect(next.records.at(-1)).toMatchObject({ externalId: oldest, name: 'changed' });
    const times = next.records.map(({ changedAt }) => changedAt.getTime());
    expect(times).toEqual(times.toSorted((one, other) => one - other));
  });

  it('begins with the first change where the position is not its own', async () => {
    const { records } = await sweep(calls, 'nonsense');
    expect(records.map(({ externalId }) => externalId)).toContain(record.externalId);
  });

  it('logs in again where its session has ended, and does what it was to do', async () => {
    const entry = newEntry();
    const stored = await calls.create(entry);
    await place.endSessions();
    expect(await changed(stored, { ...entry, text: 'after' })).toMatchObject({ text: 'after' });
    admin = await TrytonPerson.logIn(place, place.admin.user, place.admin.password);
  });

  it('asks for another authorization where the password is not taken, and never shows it', async () => {
    const wrong = callsAt(place, { user: place.service.user, password: 'a canary of a password' });
    const error: unknown = await wrong.calls.record(record).catch((thrown: unknown) => thrown);
    await wrong.end();
    expect(error).toBeInstanceOf(NeedsAuthorization);
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain('canary');
  });
});

describe.runIf(isReal)('a real Tryton', () => {
  let place: RealTryton;
  let admin: TrytonPerson;
  let connected: ReturnType<typeof callsAt>;

  beforeAll(async () => {
    if ('absent' in real) return;
    place = real;
    admin = await TrytonPerson.logIn(place, place.admin.user, place.admin.password);
    connected = callsAt(place);
  });
  afterAll(() => connected.end());

  it('has a change told that was under way while others were told already', async () => {
    const [slow = '', quick = ''] = await admin.create('sale.opportunity', { company: 1 }, { company: 1 });
    let { position } = await sweep(connected.calls, undefined);
    const change = `update sale_opportunity set description = 'slow', write_date = now() at time zone 'utc' where id = ${slow}`;
    const transaction = await place.begin(change);
    await admin.write('sale.opportunity', quick, { description: 'quick' });
    const early = await sweep(connected.calls, position);
    ({ position } = early);
    await transaction.commit();
    const late = await sweep(connected.calls, position);
    const names = ({ records }: typeof late): readonly string[] => records.map(({ name }) => name);
    expect(names(early)).toContain('quick');
    expect(names(early)).not.toContain('slow');
    expect(names(late)).toContain('slow');
  });

  it('has nothing told again once the newest change is old, and a new one told', async () => {
    const [id = ''] = await admin.create('sale.opportunity', { company: 1 });
    const { position } = await sweep(connected.calls, undefined);
    await place.sql(`update sale_opportunity set create_date = create_date - interval '1 hour',
      write_date = write_date - interval '1 hour'`);
    const { records, position: settled } = await sweep(connected.calls, 'nonsense');
    expect(records.length).toBeGreaterThan(0);
    const idle = await sweep(connected.calls, settled);
    expect(idle.records).toEqual([]);
    await admin.write('sale.opportunity', id, { description: 'new' });
    for (const from of [position, settled, idle.position]) {
      expect((await sweep(connected.calls, from)).records.at(-1)).toMatchObject({ externalId: id, name: 'new' });
    }
  });

  it('lets in nobody whom its groups keep out', async () => {
    const login = { user: 'guest', password: 'no-GROUPs#7' };
    await admin.create('res.user', { name: 'Guest', login: login.user, password: login.password });
    const [externalId = ''] = await admin.create('sale.opportunity', { company: 1 });
    const guest = callsAt(place, login);
    const error: unknown = await guest.calls
      .record({ kind: 'opportunity', externalId })
      .catch((thrown: unknown) => thrown);
    await guest.end();
    expect(error).toBeInstanceOf(CrmRefused);
    expect(error).toMatchObject({ reason: 'forbidden' });
  });

  it('answers as its double does', async () => {
    const double = await startTrytonDouble();
    try {
      const person = await TrytonPerson.logIn(double, double.admin.user, double.admin.password);
      expect(await conversationWith(person)).toEqual(await conversationWith(admin));
    } finally {
      await double.stop();
    }
  });
});

/** What is answered to one who does everything that the connector does, and what it may do wrong. */
async function conversationWith(person: TrytonPerson): Promise<readonly RawAnswer[]> {
  const [party = ''] = await person.create('party.party', { name: 'Ada' });
  const address = { party: Number(party), type: 'email', value: 'Talk_1@example.test' };
  await person.create('party.contact_mechanism', address);
  const [opportunity = ''] = await person.create('sale.opportunity', { description: 'Talk', company: 1 });
  const resource = `sale.opportunity,${opportunity}`;
  const [note = ''] = await person.create('ir.note', { resource, message: 'One\nTwo\n\nliaison:talk-1' });
  const search = (model: string, domain: unknown, fields: readonly string[]): Promise<RawAnswer> =>
    person.ask(`${model}.search_read`, domain, 0, null, [['id', 'ASC']], fields);
  const noteFields = ['message', 'resource', '_timestamp'];
  const answers = [
    await search('ir.note', [['message', 'like', '%\nliaison:talk-1%']], noteFields),
    await search('ir.note', [['message', 'like', '%\nLIAISON:talk-1%']], noteFields),
    await search('ir.note', [['message', 'like', 'One%']], noteFields),
    await search('party.party', [['id', 'in', [Number(party)]]], ['name', 'active', 'contact_mechanisms.value']),
    await search(
      'party.contact_mechanism',
      [
        ['value', 'ilike', '%TALK\\_1@%'],
        ['party.active', '=', true],
      ],
      ['party'],
    ),
    await search('party.contact_mechanism', [['value', 'ilike', '%TALK\\_2@%']], ['party']),
    await search(
      'sale.opportunity',
      [['id', '=', Number(opportunity)]],
      [
        ...['description', 'state', 'amount', 'currency.code', 'employee', 'employee.rec_name', 'employee.party.email'],
        ...['create_date', 'write_date', '_timestamp'],
      ],
    ),
    await search('sale.opportunity', [['id', '=', 2_000_000_000]], ['description']),
    await person.ask('ir.note.write', [Number(note)], { message: 'Three' }),
    await search('ir.note', [['id', '=', Number(note)]], noteFields),
    await person.ask('ir.note.write', [2_000_000_000], { message: 'x' }),
    await person.ask('ir.note.delete', [2_000_000_000]),
    await person.ask('ir.note.create', [{ resource: 'sale.opportunity,2000000000', message: 'x' }]),
    await person.ask('ir.note.create', [{ message: 'x' }]),
    await person.ask('ir.note.create', [{ resource, message: 'a\u0000' }]),
    await person.ask('ir.note.create', [{ resource, message: 'abc\ud800' }]),
    await person.ask('ir.note.create', [{ resource, message: 'abc\ud83d\ude00\udfff' }]),
    await person.ask('party.contact_mechanism.create', [{ type: 'email', value: 'x' }]),
    await person.ask('no.model.search_read', [], 0, null, null, []),
    await person.ask('ir.note.frobnicate', []),
    await person.ask('party.party.write', [Number(party)], { active: false }),
    await search('party.party', [['id', '=', Number(party)]], ['name']),
    await person.ask('ir.note.delete', [Number(note)]),
    await search('ir.note', [['id', '=', Number(note)]], noteFields),
  ];
  return answers.map(normalized);
}

/** Without ids and times, which differ from one Tryton to the next. */
function normalized(answer: RawAnswer): RawAnswer {
  const text = JSON.stringify(answer, (name, value: unknown) => {
    if (['id', 'party'].includes(name) && typeof value === 'number') return 'an id';
    return typeof value === 'object' && value !== null && 'microsecond' in value ? 'a time' : value;
  });
  const plain = text.replaceAll(/"\d{10}\.\d{6}"/g, '"a stamp"').replaceAll(/(?<=opportunity,)\d+/g, 'id');
  // What JSON.stringify made of an answer.
  return JSON.parse(plain) as RawAnswer;
}
