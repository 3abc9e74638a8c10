import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type CrmFault } from '../../simulators/crm/common/crm-double.js';
import { startTestService, eventually, type TestService } from '../setup/service.js';
import { CrmStage, type CrmAccount, type LinkedRoom } from '../setup/crm-stage.js';

/** How many jobs of one connection a process works on at once. */
const width = 8;
const forEver = Number.MAX_SAFE_INTEGER;
const crms = ['generic', 'espocrm', 'hubspot', 'salesforce', 'tryton'] as const;

describe('a CRM that turns calls away', () => {
  let stage: CrmStage;

  beforeAll(async () => {
    stage = await CrmStage.start({ crms });
  });
  afterAll(() => stage.end());
  beforeEach(async () => {
    for (const { double } of stage.accounts) double.calm();
    await stage.database.query(`delete from job_pauses`);
  });

  async function rooms(account: CrmAccount, count: number): Promise<readonly LinkedRoom[]> {
    const made: LinkedRoom[] = [];
    for (let index = 0; index < count; index++) made.push(await stage.room(account));
    return made;
  }
  /** In one transaction each, so that each has waited longer than the next. */
  async function sayIn(all: readonly LinkedRoom[], text: string): Promise<void> {
    for (const room of all) await stage.tell(stage.said(room.externalId, `${room.externalId} ${text}`, text));
  }
  const isThere = (room: LinkedRoom, text: string): boolean =>
    stage.entriesOf(room).some((entry) => entry.text.includes(text));
  const storm = (what: CrmFault['what'] & { kind: 'answer' }): CrmFault => ({ what, times: forEver });
  const tooMany = ({ stage: { tooMany } }: CrmAccount): CrmFault => storm({ kind: 'answer', ...tooMany });
  /** Until nobody of the account is at work. */
  const isQuiet = (account: CrmAccount): Promise<unknown> =>
    eventually(
      async () =>
        (
          await stage.database.query<{ count: number }>(
            `select count(*)::int as count from jobs where connection_id = $1 and leased_until is not null`,
            [account.connectionId],
          )
        )[0]?.count,
      (count) => count === 0,
    );
  const restOf = async (account: CrmAccount): Promise<{ seconds: number; failures: number } | undefined> =>
    (
      await stage.database.query<{ seconds: number; failures: number }>(
        `select failures, extract(epoch from until - clock_timestamp())::float8 as seconds from job_pauses
         where connection_id = $1`,
        [account.connectionId],
      )
    )[0];
  /** In which order the entries of rooms were reached by the tries that wrote them, by their places among `all`. */
  async function orderOf(all: readonly LinkedRoom[], since: Date): Promise<readonly number[]> {
    const rows = await stage.database.query<{ linkId: string }>(
      `select c.link_id as "linkId" from crm_change_attempts a join crm_changes c on c.id = a.change_id
       where a.outcome = 'synced' and a.started_at >= $1 and c.link_id = any($2::uuid[]) order by a.started_at`,
      [since, all.map(({ linkId }) => linkId)],
    );
    return rows.map(({ linkId }) => all.findIndex((room) => room.linkId === linkId));
  }
  const nowOf = async (): Promise<Date> =>
    (await stage.database.query<{ now: Date }>(`select clock_timestamp() as now`))[0]?.now ?? new Date();

  describe.each(crms)('%s', (platform) => {
    it(
      'is asked by one call for each time that it names, and then told everything, the oldest first',
      { timeout: 60_000 },
      async () => {
        const account = stage.account(platform);
        const all = await rooms(account, 24);
        await stage.settled(account);
        account.double.failNext(tooMany(account));
        await sayIn(all, 'in the storm');
        await eventually(
          () => restOf(account),
          (rest) => (rest?.seconds ?? 0) > 0,
        );
        await isQuiet(account);
        const named = account.stage.tooManySeconds ?? 0;
        expect((await restOf(account))?.seconds).toBeGreaterThan(named - 5);
        expect((await restOf(account))?.seconds).toBeLessThanOrEqual(named);
        let calls = account.double.calls.total;
        for (let round = 0; round < 4; round++) {
          await stage.passTime(account);
          await eventually(
            () => account.double.calls.total,
            (total) => total > calls,
          );
          await isQuiet(account);
          // Nobody goes before the time is over again.
          await new Promise((resolve) => setTimeout(resolve, 300));
          expect(account.double.calls.total - calls).toBe(1);
          calls = account.double.calls.total;
        }
        account.double.calm();
        const since = await nowOf();
        await stage.passTime(account);
        await stage.settled(account);
        expect(all.filter((room) => !isThere(room, 'in the storm'))).toEqual([]);
        const order = await orderOf(all, since);
        expect(order.toSorted((one, other) => one - other)).toEqual(all.map((_, index) => index));
        // Those that are done side by side begin at nearly the same time.
        order.forEach((place, index) => expect(Math.abs(place - index)).toBeLessThanOrEqual(width));
      },
    );

    it(
      'that is down is asked less and less, while others are told at once what there is to tell',
      { timeout: 60_000 },
      async () => {
        const account = stage.account(platform);
        const others = stage.accounts.filter((other) => other !== account);
        const all = await rooms(account, 12);
        const otherRooms = (await Promise.all(others.map((other) => rooms(other, 3)))).flat();
        await stage.settled();
        account.double.failNext(storm({ kind: 'answer', status: 503 }));
        const before = account.double.calls.total;
        await sayIn(all, 'while it is down');
        await eventually(
          () => restOf(account),
          (rest) => (rest?.failures ?? 0) > 0,
        );
        await sayIn(otherRooms, 'told at once');
        for (const other of others) await stage.settled(other);
        expect(otherRooms.filter((room) => !isThere(room, 'told at once'))).toEqual([]);
        await isQuiet(account);
        // What was under way at once when it went down; a session may be looked for besides.
        expect(account.double.calls.total - before).toBeLessThanOrEqual(2 * width);
        const { failures: firstFailures = 0 } = (await restOf(account)) ?? {};
        for (let trial = 1; trial <= 5; trial++) {
          const calls = account.double.calls.total;
          await stage.passTime(account);
          const rest = await eventually(
            () => restOf(account),
            (found) => (found?.failures ?? 0) === firstFailures + trial,
          );
          expect(rest?.seconds).toBeLessThanOrEqual(2 ** (firstFailures + trial - 1));
          await isQuiet(account);
          expect(account.double.calls.total - calls).toBe(1);
        }
        expect(await stage.waiting(account)).toBeGreaterThanOrEqual(all.length);
        account.double.calm();
        const since = await nowOf();
        await stage.passTime(account);
        await stage.settled(account);
        expect(all.filter((room) => !isThere(room, 'while it is down'))).toEqual([]);
        const order = await orderOf(all, since);
        order.forEach((place, index) => expect(Math.abs(place - index)).toBeLessThanOrEqual(width));
      },
    );
  });

  it(
    'is told the days of a record one after the other, and nothing older after something newer',
    { timeout: 60_000 },
    async () => {
      const account = stage.account('espocrm');
      const all = await rooms(account, 6);
      await stage.settled(account);
      const since = await nowOf();
      for (let round = 0; round < 8; round++) {
        account.double.failNext({ what: { kind: 'answer', ...account.stage.tooMany }, times: 3 });
        for (const [index, room] of all.entries()) {
          const days = [1, 2, 3].map((day) =>
            stage.said(room.externalId, `${room.externalId} ${round} ${day}`, `${round}`, day),
          );
          await stage.tell(...(index % 2 === 0 ? days : days.toReversed()));
        }
        await stage.passTime(account);
      }
      await stage.impatiently(() => stage.settled(account));
      const tries = await stage.database.query<{
        linkId: string;
        started: Date;
        ended: Date;
        wanted: string;
        day: string;
      }>(
        `select c.link_id as "linkId", c.day::text as day, a.wanted, a.started_at as started, a.ended_at as ended
       from crm_change_attempts a join crm_changes c on c.id = a.change_id
       where c.connection_id = $1 and a.started_at >= $2 order by a.started_at`,
        [account.connectionId, since],
      );
      expect(tries.length).toBeGreaterThan(6 * 3);
      let [overlaps, inversions] = [0, 0];
      for (const room of all) {
        const own = tries.filter(({ linkId }) => linkId === room.linkId);
        own.forEach((attempt, index) => {
          const next = own[index + 1];
          if (next === undefined) return;
          if (next.started < attempt.ended) overlaps += 1;
          if (next.day === attempt.day && Number(next.wanted) < Number(attempt.wanted)) inversions += 1;
        });
        expect(stage.entriesOf(room)).toHaveLength(4);
      }
      expect({ overlaps, inversions }).toEqual({ overlaps: 0, inversions: 0 });
    },
  );

  describe('and two processes', () => {
    let second: TestService;
    beforeAll(async () => {
      second = await startTestService(stage.database.url, stage.environment);
      await second.ready;
    });
    afterAll(() => second.stop());

    it('share one rest and one trial', { timeout: 60_000 }, async () => {
      const account = stage.account('generic');
      const all = await rooms(account, 24);
      await stage.settled(account);
      account.double.failNext(storm({ kind: 'answer', status: 503 }));
      const before = account.double.calls.total;
      await sayIn(all, 'told by two');
      await eventually(
        () => restOf(account),
        (rest) => (rest?.failures ?? 0) > 0,
      );
      await isQuiet(account);
      expect(account.double.calls.total - before).toBeLessThanOrEqual(2 * width);
      let most = 0;
      for (let trial = 0; trial < 6; trial++) {
        const calls = account.double.calls.total;
        await stage.passTime(account);
        await eventually(
          () => account.double.calls.total,
          (total) => total > calls,
        );
        await isQuiet(account);
        most = Math.max(most, account.double.calls.total - calls);
      }
      // Two that look in the same moment may both see that nobody tries.
      expect(most).toBeLessThanOrEqual(2);
      account.double.calm();
      await stage.passTime(account);
      await stage.settled(account);
      expect(all.filter((room) => !isThere(room, 'told by two'))).toEqual([]);
    });
  });
});
