import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrmStage } from '../setup/crm-stage.js';
import { TwoWayRun } from '../setup/two-way-run.js';

/** How many random stories are played, from which seed on, and how many of them at once. */
const runs = Number(process.env['LIAISON_TWO_WAY_RUNS'] ?? 80);
const firstSeed = Number(process.env['LIAISON_RANDOM_SEED'] ?? 20_261_122);
const atOnce = 12;

describe('a conversation and its entry in a CRM that people write in', () => {
  let stage: CrmStage;

  beforeAll(async () => {
    stage = await CrmStage.start({ crms: ['espocrm', 'hubspot', 'salesforce', 'tryton'], hasPlatform: true });
  });
  afterAll(() => stage.end());

  const writingCalls = (): number => stage.accounts.reduce((sum, { double }) => sum + double.calls.writing, 0);

  it(
    'end as one, with nothing lost, nothing said twice and no word after that, whatever both sides do and which calls are lost',
    { timeout: 60_000 + runs * 2_000 },
    async () => {
      const wrong: string[] = [];
      const played: TwoWayRun[] = [];
      let next = 0;
      await stage.impatiently(async () => {
        const player = async (): Promise<void> => {
          while (next < runs && wrong.length === 0) {
            const number = next++;
            const account = stage.accounts[number % stage.accounts.length];
            if (account === undefined) return;
            const run = await TwoWayRun.begin(stage, account, firstSeed + number);
            wrong.push(...(await run.play()));
            played.push(run);
          }
        };
        await Promise.all(Array.from({ length: atOnce }, player));
        expect(wrong.join('\n\n')).toBe('');
        await stage.settled();
        // Silence: nothing answers itself.
        const before = writingCalls();
        await new Promise((resolve) => setTimeout(resolve, 1_000));
        expect(writingCalls()).toBe(before);
      });
      const efforts = await Promise.all(played.map((run) => run.effort()));
      const sum = (figure: 'wanted' | 'tries'): number => efforts.reduce((all, effort) => all + effort[figure], 0);
      const faults = played.reduce((all, run) => all + run.faults, 0);
      // Every try has a cause: something that was wanted, or a call that was lost.
      expect(sum('tries')).toBeLessThanOrEqual(sum('wanted') + faults);
      expect(played).toHaveLength(runs);
    },
  );
});
