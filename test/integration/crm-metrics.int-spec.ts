import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CrmStage, type CrmAccount } from '../setup/crm-stage.js';
import { eventually } from '../setup/service.js';

describe('the metrics of CRMs', () => {
  let stage: CrmStage;
  let account: CrmAccount;

  beforeAll(async () => {
    stage = await CrmStage.start({ crms: ['generic'] });
    account = stage.account('generic');
  });
  afterAll(() => stage.end());

  /** The value of one series; undefined where there is none. */
  async function figure(series: string): Promise<number | undefined> {
    const answer = await fetch(`${stage.service.url}/metrics`);
    const line = (await answer.text()).split('\n').find((one) => one.startsWith(`${series} `));
    return line === undefined ? undefined : Number(line.slice(series.length + 1));
  }
  const tries = (outcome: string): Promise<number | undefined> =>
    figure(`liaison_crm_changes_total{platform="generic",outcome="${outcome}"}`);
  const told = (): Promise<number | undefined> => figure('liaison_crm_lag_seconds_count{platform="generic"}');
  const lag = (): Promise<number | undefined> => figure('liaison_crm_lag_seconds_sum{platform="generic"}');
  const waiting = (): Promise<number | undefined> => figure('liaison_crm_changes_waiting{platform="generic"}');
  const oldest = (): Promise<number | undefined> => figure('liaison_crm_oldest_change_seconds{platform="generic"}');

  it('count what a CRM was told, and how late', async () => {
    await stage.room(account);
    await stage.settled();
    expect([await told(), await tries('synced')]).toEqual([1, 1]);
    expect(await lag()).toBeGreaterThan(0);
    expect([await waiting(), await oldest()]).toEqual([undefined, undefined]);
  });

  it('say what waits for a CRM that is down, since its earliest cause, and how late that was told', async () => {
    const room = await stage.room(account);
    await stage.settled();
    const [before = 0, lagBefore = 0] = [await told(), await lag()];
    account.double.failNext({ what: { kind: 'answer', status: 503 }, times: 1_000 });
    await stage.tell(stage.said(room.externalId, 'first', 'first'));
    await eventually(
      () => tries('again'),
      (count) => (count ?? 0) > 0,
    );
    // As if that had been an hour ago; what is said since then makes it no younger.
    await stage.rows(`update crm_changes set waits_since = waits_since - interval '1 hour' where link_id = $1`, [
      room.linkId,
    ]);
    await stage.tell(stage.said(room.externalId, 'second', 'second'));
    expect(await waiting()).toBe(1);
    expect(await oldest()).toBeGreaterThan(3_599);
    account.double.calm();
    await stage.impatiently(() => stage.settled());
    expect([await waiting(), await oldest()]).toEqual([undefined, undefined]);
    expect(await told()).toBe(before + 1);
    expect(((await lag()) ?? 0) - lagBefore).toBeGreaterThan(3_599);
  });

  it('begin anew for what is said after a CRM was told', async () => {
    const room = await stage.room(account);
    await stage.settled();
    await stage.rows(`update crm_changes set waits_since = waits_since - interval '1 hour' where link_id = $1`, [
      room.linkId,
    ]);
    const lagBefore = (await lag()) ?? 0;
    await stage.tell(stage.said(room.externalId, 'now', 'now'));
    await stage.settled();
    expect(((await lag()) ?? 0) - lagBefore).toBeLessThan(60);
  });

  it('count answers that were lost and what a CRM refused', async () => {
    const room = await stage.room(account);
    await stage.settled();
    account.double.failNext({ what: { kind: 'cut-after' } });
    account.double.failNext({ what: { kind: 'answer', status: 422, body: '' } });
    await stage.tell(stage.said(room.externalId, 'refused', 'refused'));
    await stage.impatiently(() => stage.settled());
    expect([await tries('unknown'), await tries('failed')]).toEqual([1, 1]);
  });
});
