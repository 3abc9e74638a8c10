import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type PlatformId } from '../../src/platforms/platform.js';
import { CrmStage, type LinkedRoom } from '../setup/crm-stage.js';
import { serveProcess, type ServedProcess } from '../setup/process.js';
import { adminKey, eventually } from '../setup/service.js';

const crms: readonly PlatformId[] = ['espocrm', 'generic'];
const rounds = Number(process.env['LIAISON_CRM_KILLS'] ?? 2);

describe('a worker that is killed between the call of a CRM and its record', () => {
  let stage: CrmStage;
  let worker: ServedProcess | undefined;

  beforeAll(async () => {
    // It receives and answers; the work is done by processes that may be killed.
    stage = await CrmStage.start({ crms, environment: { LIAISON_ROLE: 'api' } });
  });
  afterAll(() => stage.end());
  beforeEach(() => {
    for (const { proxy } of stage.accounts) proxy.decide = () => 'pass';
  });
  afterEach(async () => {
    await worker?.end('SIGKILL');
  });

  const start = (): Promise<ServedProcess> =>
    serveProcess({
      ...stage.environment,
      DATABASE_URL: stage.database.url,
      LIAISON_BOOTSTRAP_KEY: adminKey,
      LIAISON_DANGEROUSLY_ALLOW_DATA_LOSS: 'true',
      LIAISON_ROLE: 'worker',
    });

  it.each(crms)(
    'leaves each entry of %s there once, after another one has taken over',
    { timeout: 120_000 },
    async (platform) => {
      const account = stage.account(platform);
      const forEver = new Promise(() => undefined);
      const rooms: { readonly room: LinkedRoom; readonly texts: string[] }[] = [];
      for (let round = 0; round < rounds; round++) {
        for (let index = 0; index < 6; index++) {
          const hello = `Hello to ${platform} ${rooms.length}.`;
          rooms.push({ room: await stage.room(account, hello), texts: [hello] });
        }
        for (const { room, texts } of rooms) {
          texts.push(`round ${round} in ${room.externalId}`);
          await stage.tell(stage.said(room.externalId, `${room.externalId}-${texts.length}`, texts.at(-1) ?? ''));
        }
        // Half of the writing calls are worked on and never answered, the other half are swallowed on the way.
        let writing = 0;
        account.proxy.decide = ({ method }) => {
          if (method === 'GET') return 'pass';
          writing += 1;
          return writing % 2 === 0 ? { until: forEver } : { before: forEver };
        };
        worker = await start();
        await eventually(
          () => writing,
          (count) => count >= 6,
          30_000,
        );
        await worker.end('SIGKILL');
        worker = undefined;
        const open = await stage.rows(`select 1 from crm_change_attempts where ended_at is null`);
        expect(open.length).toBeGreaterThanOrEqual(6);
        account.proxy.decide = () => 'pass';
        // The leases of the dead one end.
        await stage.rows(`update jobs set run_at = clock_timestamp(), leased_until = null where state = 'waiting'`);
      }
      worker = await start();
      await stage.impatiently(() => stage.settled(account, 60_000));
      const there = rooms.map(({ room }) => stage.entriesOf(room));
      expect(there.map((entries) => entries.length)).toEqual(rooms.map(() => 1));
      const lost = rooms.flatMap(({ texts }, index) =>
        texts.filter((text) => there[index]?.[0]?.text.split(text).length !== 2),
      );
      expect(lost).toEqual([]);
      await worker.end('SIGTERM');
    },
  );
});
