import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SeededRandom } from '../../simulators/common/seeded-random.js';
import { type PlatformId } from '../../src/platforms/platform.js';
import { eventually } from '../setup/service.js';
import { CrmStage, type LinkedRoom } from '../setup/crm-stage.js';

/** How many answers are lost at each CRM; with this set, all CRMs are tried. */
const wished = process.env['LIAISON_CRM_CUTS'];
const cuts = Number(wished ?? 60);
const crms: readonly PlatformId[] =
  wished === undefined ? ['espocrm', 'generic'] : ['espocrm', 'generic', 'hubspot', 'salesforce', 'tryton'];
const seed = Number(process.env['LIAISON_RANDOM_SEED'] ?? 20_261_122);
/** What no call of the session or the token goes by. */
const notCut = /oauth|token|login/i;

describe('the whole way into a CRM', () => {
  let stage: CrmStage;

  beforeAll(async () => {
    stage = await CrmStage.start({ crms });
  });
  afterAll(() => stage.end());

  it.each(crms)(
    `loses nothing and doubles nothing at %s, where ${cuts} answers are lost after the call was sent`,
    { timeout: 60_000 + cuts * 2_000 },
    async (platform) => {
      const account = stage.account(platform);
      const random = new SeededRandom(seed);
      let isOver = false;
      account.proxy.decide = ({ method, path }) => {
        if (isOver || method === 'GET' || notCut.test(path) || !random.hits(0.5)) return 'pass';
        // Now and then the call is not even worked on, which looks the same from here.
        return random.hits(0.2) ? 'before' : random.hits(0.5) ? 'after' : 'half';
      };
      const lost = (): number => account.proxy.cuts.after + account.proxy.cuts.half;
      const rooms: { readonly room: LinkedRoom; readonly texts: string[] }[] = [];
      const undone = await stage.impatiently(async () => {
        while (lost() < cuts) {
          const room = await stage.room(account, `Hello ${rooms.length}`);
          rooms.push({ room, texts: [`Hello ${rooms.length}`] });
          for (const { room: some, texts } of rooms.slice(-6)) {
            const text = `said ${texts.length} in ${some.externalId}`;
            await stage.tell(stage.said(some.externalId, `${some.externalId}-${texts.length}`, text));
            texts.push(text);
          }
          // No more at once than is cut.
          await eventually(
            () => stage.waiting(account),
            (count) => count < 40 || lost() >= cuts,
            60_000,
          );
        }
        // What is taken back meets lost answers, too.
        const some = rooms.slice(0, 5);
        for (const { room } of some) {
          expect((await stage.service.call('DELETE', `/v1/crm/links/${room.linkId}`)).status).toBe(204);
        }
        await stage.settled(account, 120_000);
        return some;
      });
      isOver = true;
      const there = rooms.map(({ room }) => stage.entriesOf(room));
      const wanted = rooms.map((one) => (undone.includes(one) ? 0 : 1));
      expect(there.map((entries) => entries.length)).toEqual(wanted);
      const missing = rooms.flatMap(({ texts }, index) =>
        wanted[index] === 0 ? [] : texts.slice(1).filter((text) => there[index]?.[0]?.text.includes(text) !== true),
      );
      expect(missing).toEqual([]);
      // What a lost call had written is known as ours.
      const lines = there.map((entries) => entries[0]?.text.split('\n').length ?? 0);
      expect(lines).toEqual(rooms.map(({ texts }, index) => (wanted[index] === 0 ? 0 : texts.length + 2)));
      const failed = await stage.database.query(
        `select reason, crm_message from crm_changes where connection_id = $1 and state = 'failed'`,
        [account.connectionId],
      );
      expect(failed).toEqual([]);
      expect(lost()).toBeGreaterThanOrEqual(cuts);
    },
  );
});
