import { setTimeout as delay } from 'node:timers/promises';
import { type Contest } from './contest.js';
import { type LoadResult } from './load-generator.js';
import { waitForQuiet } from './machine.js';
import { type MeasureSettings } from './measure-settings.js';
import { type Cost, type Sustained } from './measurement.js';
import { readBacklog, waitUntilQueryable } from './stored.js';

const workedOffWithinMs = 600_000;
const offeredShare = 0.9;

/**
 * E: how many deliveries per second become queryable. First as many as the service takes, timed from the first request
 * until the last delivery is queryable. Then nine tenths of that rate for as long again: if the first figure can be
 * sustained, the backlog does not grow.
 */
export async function measureSustained(
  contest: Contest,
  url: string,
  settings: MeasureSettings,
): Promise<{ load: LoadResult; cost: Cost; sustained: Sustained }> {
  await waitUntilQueryable(url, workedOffWithinMs);
  await waitForQuiet(settings.quietWithinMs);
  const started = performance.now();
  const { result: load, cost } = await contest.costOf(async () => {
    const result = await contest.load({ seconds: settings.seconds });
    await waitUntilQueryable(url, workedOffWithinMs);
    return result;
  });
  const rate = load.acknowledged / ((performance.now() - started) / 1_000);

  const offeredRate = rate * offeredShare;
  const settleMs = settings.warmUpSeconds * 1_000;
  const under = contest.load({ seconds: settings.seconds + settings.warmUpSeconds, rate: offeredRate });
  await delay(settleMs);
  const backlogs = [await readBacklog(url)];
  const deadline = performance.now() + settings.seconds * 1_000 - 50;
  while (performance.now() < deadline) {
    await delay(Math.min(250, Math.max(deadline - performance.now(), 1)));
    backlogs.push(await readBacklog(url));
  }
  const paced = await under;
  await waitUntilQueryable(url, workedOffWithinMs);
  return {
    load,
    cost,
    sustained: {
      rate,
      offeredRate,
      answeredRate: paced.answeredInTime / paced.seconds,
      seconds: settings.seconds,
      p99: paced.latency.p99,
      backlogAtStart: backlogs[0] ?? 0,
      backlogAtEnd: backlogs.at(-1) ?? 0,
      greatestBacklog: Math.max(...backlogs),
    },
  };
}
