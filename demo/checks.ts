import { Rebuild } from '../src/lanes/rebuild.js';
import { type Check } from './check.js';
import { drained } from './drained.js';
import { type MetricsReading } from './metrics-reading.js';
import { type PlatformReading } from './platform-reading.js';
import { type Stage } from './stage.js';
import { type Told } from './story.js';

/** Waits until nothing of the story waits any more. */
export async function everythingIsDone({ api, watsonWork, webex, skypeForBusiness }: Stage): Promise<Check> {
  const outcomes: boolean[] = [];
  const connections = [watsonWork.connection, webex.connection, webex.consents, skypeForBusiness.connection];
  for (const { id } of connections) outcomes.push(await drained(api, id));
  return {
    claim:
      "Nothing waits: no call to be translated, no question to a platform's API to be asked, and none was given up.",
    holds: outcomes.every((isDrained) => isDrained),
  };
}

/** Every request that reached the service, and every answer that it got, is stored once or was counted as a copy. */
export function nothingIsDoubled(
  { watsonWork, webex, skypeForBusiness }: Stage,
  told: Told,
  platforms: readonly PlatformReading[],
  metrics: MetricsReading,
): Check {
  const again = metrics.sum('liaison_deliveries_total', { outcome: 'duplicate' });
  const numbered = skypeForBusiness.skype.deliveries.filter(({ ack }) => ack !== undefined);
  const sent = watsonWork.watson.deliveries.length + webex.webex.deliveries.length + numbered.length;
  // Its webhooks and tokens are no facts.
  const reads = webex.webex.calls.all.filter(
    ({ method, path }) => method === 'GET' && !path.startsWith('/v1/webhooks'),
  );
  const answered = reads.length - told.webex.rateLimited;
  const stored = platforms.reduce((sum, { calls, answers }) => sum + calls.length + answers, 0);
  // Besides the platforms' own calls there was one that a stranger had recorded.
  const expected = sent + 1 + answered - stored;
  return {
    claim: `Came again: ${again}; by the platforms' records and the stranger's call: ${expected}.`,
    holds: again === expected && again > 0,
  };
}

/** What is shown is what the event log says. */
export async function rebuildIsEqual({ service }: Stage): Promise<Check> {
  const report = await service.app.get(Rebuild).verify();
  const tables = report.tables.map(({ table, rows }) => `${rows}\u00a0${table}`).join(', ');
  return {
    claim: `liaison rebuild --verify: ${report.equal ? 'equal' : 'NOT EQUAL'} row for row, from ${report.events} events (${tables}).`,
    holds: report.equal,
  };
}
