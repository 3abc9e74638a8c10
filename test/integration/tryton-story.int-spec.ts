import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type Page } from '../../src/common/http/page.js';
import { type CrmChangeDto } from '../../src/crm-sync/changes/crm-change.dto.js';
import { CuttingProxy, type SeenCall } from '../setup/cutting-proxy.js';
import { createTestDatabase, type TestDatabase } from '../setup/database.js';
import { startDealRooms, type DealRoom, type DealRooms } from '../setup/deal-rooms.js';
import { consent } from '../setup/posts.js';
import { eventually } from '../setup/service.js';
import { TrytonPerson } from '../setup/tryton/tryton-person.js';
import { startRealTryton, type RealTryton } from '../setup/tryton/tryton-place.js';

// The file is a list of strings, as test/fixtures/SOURCES.md says.
const naughty = JSON.parse(readFileSync('test/fixtures/naughty/blns.json', 'utf8')) as readonly string[];

const real = await startRealTryton();
if ('absent' in real) process.stderr.write(`No real Tryton here: ${real.absent}.\n`);

interface Note {
  readonly id: string;
  readonly text: string;
}

describe.runIf(!('absent' in real))(
  'spaces on three platforms that belong to an opportunity in a real Tryton',
  { timeout: 90_000 },
  () => {
    let tryton: RealTryton;
    let proxy: CuttingProxy;
    let database: TestDatabase;
    let rooms: DealRooms;
    let admin: TrytonPerson;
    let employee: number;
    let crmId: string;
    let party: string;
    let lastDeal = 0;

    beforeAll(async () => {
      if ('absent' in real) return;
      tryton = real;
      proxy = await CuttingProxy.start(tryton.url);
      database = await createTestDatabase();
      rooms = await startDealRooms(database.url, [new URL(proxy.url).host], { LIAISON_CRM_POLL_SECONDS: '1' });
      admin = await TrytonPerson.logIn(tryton, tryton.admin.user, tryton.admin.password);
      const [{ id }] = (await tryton.sql('select id from company_employee')) as readonly [{ readonly id: number }];
      employee = id;
      [party = ''] = await admin.create('party.party', { name: 'Acme' });
      const connection = await rooms.make<{ id: string }>('/v1/crm/connections', {
        platform: 'tryton',
        name: 'Tryton',
        settings: { apiUrl: proxy.url, database: tryton.database, user: tryton.service.user },
        secrets: { password: tryton.service.password },
      });
      crmId = connection.id;
    });
    beforeEach(async () => {
      proxy.decide = () => 'pass';
      await database.query(`delete from job_pauses`);
    });
    afterAll(async () => {
      if ('absent' in real) return;
      await rooms.end();
      await proxy.stop();
      await real.stop();
      await database.drop();
    });

    /** An opportunity of Acme that Erika owns. */
    async function newDeal(): Promise<{ readonly id: string; readonly name: string }> {
      const name = `Engine ${++lastDeal}`;
      const values = { description: name, company: 1, party: Number(party), employee };
      const [id = ''] = await admin.create('sale.opportunity', values);
      return { id, name };
    }
    async function link(room: DealRoom<unknown>, externalId: string, kind = 'opportunity'): Promise<void> {
      const record = { kind, externalId };
      await rooms.make('/v1/crm/links', {
        connectionId: crmId,
        spaceId: room.spaceId,
        record,
        since: '2000-01-01T00:00:00Z',
      });
    }
    async function notesOf(id: string, model = 'sale.opportunity'): Promise<readonly Note[]> {
      const rows = await tryton.sql(`select id, message from ir_note where resource = '${model},${id}' order by id`);
      // What the statement selects.
      const notes = rows as readonly { readonly id: number; readonly message: string }[];
      return notes.map((note) => ({ id: String(note.id), text: note.message }));
    }
    /** Waits until each of these stands in one note. */
    const standing = (id: string, ...texts: readonly string[]): Promise<readonly Note[]> =>
      eventually(
        () => notesOf(id),
        (notes) => texts.every((text) => notes.filter((note) => note.text.includes(text)).length === 1),
        60_000,
      );
    /** Waits until nothing is to be written any more. */
    const quiet = (): Promise<unknown> =>
      eventually(
        () => database.query(`select state, reason from crm_changes where state in ('pending', 'sending', 'unknown')`),
        (waiting) => waiting.length === 0,
        45_000,
      );
    /** Waits until it has been read, so that what becomes of it is news. */
    const known = (id: string): Promise<unknown> =>
      eventually(
        () => database.query(`select 1 from crm_records where kind = 'opportunity' and external_id = $1`, [id]),
        (rows) => rows.length === 1,
      );
    async function oneDeal(): Promise<{ readonly id: string; readonly room: DealRoom<unknown>; readonly note: Note }> {
      const { id, name } = await newDeal();
      const room = await rooms.watsonRoom(name);
      room.say(`Hello ${name}`);
      await link(room, id);
      const [note] = await standing(id, `Hello ${name}`);
      if (note === undefined) throw new Error('it stands there');
      await quiet();
      return { id, room, note };
    }

    it('have their conversations there, with what becomes of them, and one of them at the customer, too', async () => {
      const { id, name } = await newDeal();
      const watson = await rooms.watsonRoom(`${name} on Watson Work`);
      const webex = await rooms.webexRoom(`${name} on Webex`);
      const skype = await rooms.skypeRoom(`${name} on Skype`);
      for (const room of [watson, webex, skype]) await link(room, id);
      await link(webex, party, 'contact');
      const [quote, wrong] = [
        watson.made.post(rooms.erika, 'Quote Q-117'),
        watson.made.post(rooms.erika, 'wrong room'),
      ];
      const [author] = webex.made.members;
      if (author === undefined) throw new Error('Erika is a member');
      webex.made.post(author, { markdown: 'We *offer* 15 %' });
      const slip = webex.made.post(author, 'oops');
      skype.say('They called');
      await standing(
        id,
        'Erika Employee: Quote Q-117',
        'Erika Employee: We *offer* 15 %',
        'Erika Employee: They called',
      );
      quote.edit(rooms.erika, 'Quote Q-118');
      quote.annotate('actionable', { title: 'Decision', text: 'Order by Friday' });
      wrong.delete();
      // Of an edit Webex tells nobody.
      slip.delete();
      const notes = await standing(
        id,
        'Quote Q-118 (edited)',
        'Decision: Order by Friday',
        'We *offer* 15 %',
        'They called',
      );
      await quiet();
      expect(notes).toHaveLength(3);
      const texts = (await notesOf(id)).map(({ text }) => text).join('\n');
      for (const gone of ['Q-117', 'wrong room', 'oops']) expect(texts).not.toContain(gone);
      expect(texts.match(/: \(deleted\)/g)).toHaveLength(2);
      expect((await notesOf(party, 'party.party')).map(({ text }) => text.includes('We *offer* 15 %'))).toEqual([true]);
    });

    it('have HTML there as what people read', async () => {
      const { id, name } = await newDeal();
      const skype = await rooms.skypeRoom(name);
      await link(skype, id);
      const [somebody] = skype.made.participants;
      if (somebody === undefined) throw new Error('somebody is there');
      skype.made.sayHtml(somebody, '<p>We <b>want</b> it &amp; now</p>');
      const [note] = await standing(id, 'We want it & now');
      expect(note?.text).not.toMatch(/<\/?[pb]>|&amp;/);
    });

    it('leave the words of somebody who writes there at the very moment, and go on around them', async () => {
      const { id, room, note } = await oneDeal();
      let release = (): void => undefined;
      const held = new Promise<void>((resolve) => (release = resolve));
      let writes = 0;
      proxy.decide = (call) => (isCall(call, 'ir.note.write') && ++writes === 1 ? { before: held } : 'pass');
      room.say('Second line');
      await eventually(
        () => writes,
        (count) => count === 1,
      );
      // We have read the note, and our change of it is under way.
      await admin.write('ir.note', note.id, { message: note.text.replace('\n', '\nErika: call them first.\n') });
      release();
      const [merged] = await standing(id, 'Second line');
      expect(merged).toMatchObject({ id: note.id });
      expect(merged?.text).toContain('Erika: call them first.\n--- Conversation');
      expect(writes).toBe(2);
      await quiet();
      room.say('Third line');
      const [last] = await standing(id, 'Third line');
      expect(last?.text.split('Erika: call them first.')).toHaveLength(2);
    });

    it('do not write again what somebody took away there', async () => {
      const { id, room, note } = await oneDeal();
      await admin.delete('ir.note', note.id);
      room.say('Is anybody reading this?');
      const changes = await eventually(
        () => rooms.service.get<Page<CrmChangeDto>>(`/v1/crm/changes?spaceId=${room.spaceId}`),
        ({ items }) => items[0]?.state === 'skipped',
      );
      expect(changes.items).toMatchObject([{ reason: 'removed-in-crm' }]);
      room.say('Anybody?');
      await eventually(
        () => rooms.service.get<Page<{ content: string }>>(`/v1/messages?spaceId=${room.spaceId}`),
        ({ items }) => items.some(({ content }) => content === 'Anybody?'),
      );
      await quiet();
      expect(await notesOf(id)).toEqual([]);
    });

    it('are told in the name of its owner when it moves on there, once, though nobody calls', async () => {
      const { id, room } = await oneDeal();
      rooms.watson.consentAs(rooms.erika);
      await consent(rooms.service, rooms.watsonConnectionId);
      await known(id);
      await admin.write('sale.opportunity', id, { state: 'opportunity' });
      const text = `Opportunity Engine ${lastDeal}: lead → opportunity.`;
      await standing(id, `Erika Employee: ${text}`);
      await admin.write('sale.opportunity', id, { state: 'lost' });
      await standing(id, `Opportunity Engine ${lastDeal} is lost.`);
      await quiet();
      const { items } = await rooms.service.get<Page<{ content: string; author: { externalId: string } }>>(
        `/v1/messages?spaceId=${room.spaceId}&order=asc`,
      );
      expect(items.map(({ content }) => content)).toEqual([
        `Hello Engine ${lastDeal}`,
        text,
        `Opportunity Engine ${lastDeal} is lost.`,
      ]);
      expect(items.map(({ author }) => author.externalId)).toEqual(items.map(() => rooms.erika.id));
    });

    it(
      'lose nothing and double nothing while its server is stopped and started again',
      { timeout: 90_000 },
      async () => {
        const { id, name } = await newDeal();
        const platforms = [
          await rooms.watsonRoom(`${name} a`),
          await rooms.webexRoom(`${name} b`),
          await rooms.skypeRoom(`${name} c`),
        ];
        for (const room of platforms) await link(room, id);
        await known(id);
        // The answer to the first note is lost, and the server ends.
        let creates = 0;
        proxy.decide = (call) => (isCall(call, 'ir.note.create') && ++creates === 1 ? 'after' : 'pass');
        for (const [index, room] of platforms.entries()) room.say(`before ${index}`);
        await eventually(
          () => proxy.cuts.after,
          (count) => count === 1,
        );
        const [made] = await notesOf(id);
        await tryton.stopServer();
        // In the space of that note nothing more is said until it has been looked for.
        const lost = platforms.findIndex((_, index) => made?.text.includes(`: before ${index}`) === true);
        const speak = (word: string, isLost: boolean): void => {
          for (const [index, room] of platforms.entries())
            if ((index === lost) === isLost) room.say(`${word} ${index}`);
        };
        speak('meanwhile', false);
        await eventually(
          () => database.query(`select 1 from jobs where kind = 'crm-poll' and last_reason is not null`),
          (failing) => failing.length === 1,
        );
        await tryton.startServer();
        admin = await TrytonPerson.logIn(tryton, tryton.admin.user, tryton.admin.password);
        speak('after', false);
        await quiet();
        await admin.write('sale.opportunity', id, { state: 'lost' });
        speak('meanwhile', true);
        speak('after', true);
        await eventually(
          () => notesOf(id),
          (notes) => notes.filter(({ text }) => text.includes(': after ')).length === platforms.length,
        );
        await quiet();
        const notes = await notesOf(id);
        expect(notes).toHaveLength(3);
        for (const { text } of notes) expect(text.match(/: (before|meanwhile|after) \d/g)).toHaveLength(3);
        await eventually(
          () => notesOf(id),
          (all) => all.some(({ text }) => text.includes(`${name} is lost.`)),
        );
      },
    );

    it(
      'say the naughty strings there as they were said, and over the API byte for byte',
      { timeout: 60_000 },
      async () => {
        const { id, name } = await newDeal();
        const room = await rooms.watsonRoom(name);
        for (const text of naughty) room.say(text);
        const said = await eventually(
          () => allOf(room.spaceId),
          (all) => all.length === naughty.length,
          30_000,
        );
        expect(said.filter(({ content }, index) => content !== naughty[index])).toEqual([]);
        await link(room, id);
        const [note] = await standing(id, 'Erika Employee:');
        await quiet();
        const lines = (note?.text ?? '').split('\n');
        const isEnd = (line: string): boolean => line.startsWith('--- End of the conversation');
        const [start, end] = [lines.findIndex((line) => line.startsWith('---')) + 1, lines.findLastIndex(isEnd)];
        let rest = lines.slice(start, end).join('\n');
        const different: unknown[] = [];
        for (const text of naughty) {
          const expected = `Erika Employee: ${shown(text)}`;
          const found = rest.slice('00:00 '.length, '00:00 '.length + expected.length);
          const after = rest.slice('00:00 '.length + expected.length);
          if (found !== expected || !/^(\n|$)/.test(after)) different.push({ text, found });
          rest = after.slice(1);
        }
        expect(different).toEqual([]);
        expect(rest).toBe('');
      },
    );

    async function allOf(spaceId: string): Promise<readonly { readonly content: string | null }[]> {
      const all: { readonly content: string | null }[] = [];
      for (let cursor: string | null = ''; cursor !== null;) {
        const after: string = cursor === '' ? '' : `&cursor=${encodeURIComponent(cursor)}`;
        const page: Page<{ content: string | null }> = await rooms.service.get(
          `/v1/messages?spaceId=${spaceId}&order=asc&limit=200${after}`,
        );
        all.push(...page.items);
        cursor = page.nextCursor;
      }
      return all;
    }
  },
);

/** All that a line of the conversation changes in a text, as docs/crm/README.md says: what ends a line begins an indented one. */
function shown(text: string): string {
  return text.split(/\r\n|[\n\r\v\f\u0085\u2028\u2029]/).join('\n      ');
}

function isCall({ body }: SeenCall, method: string): boolean {
  return body.includes(`"model.${method}"`);
}
