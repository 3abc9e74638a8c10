import { type Variant } from './catalogue.js';
import { Contest } from './contest.js';
import { type DatabaseServer } from './database-server.js';
import { type LoadApi } from './load-process.js';
import { waitForQuiet } from './machine.js';
import { type MeasureSettings } from './measure-settings.js';
import { type Measurement } from './measurement.js';
import { RemoteProcess } from './remote.js';
import { readQueryable, readStored } from './stored.js';
import { measureSustained } from './sustained.js';
import { type VariantApi } from './variant-process.js';

/** Measures one variant once: a process of its own, started for this and ended afterwards, on the database of `url`. */
export async function measure(
  variant: Variant,
  round: { readonly number: number; readonly since: Date },
  url: string,
  surroundings: {
    readonly database: DatabaseServer;
    readonly generator: RemoteProcess<LoadApi>;
    readonly settings: MeasureSettings;
  },
): Promise<Measurement> {
  const { database, generator, settings } = surroundings;
  const server = new RemoteProcess<VariantApi>('variant-process.js');
  try {
    const { port } = await server.call('start', {
      id: variant.id,
      databaseUrl: url,
      directory: database.directory,
      connectionsFile: settings.connectionsFile,
    });
    const target = { port, connections: settings.connections };
    const contest = new Contest(server, generator, database.postmasterPid, target);
    const repeat = variant.id === 'L0';
    for (let turn = 0; turn < 4 && (turn === 0 || contest.acknowledged < settings.warmUpRequests); turn++) {
      await contest.load({ seconds: settings.warmUpSeconds, repeat });
    }
    await database.checkpoint();
    if (variant.id !== 'E') await waitForQuiet(settings.quietWithinMs);
    if (settings.profilePath !== undefined) await server.call('startProfile', null);
    const measured =
      variant.id === 'E'
        ? await measureSustained(contest, url, settings)
        : await contest
            .costOf(() => contest.load({ seconds: settings.seconds, repeat }))
            .then(({ result, cost }) => ({ load: result, cost, sustained: undefined }));
    if (settings.profilePath !== undefined) await server.call('stopProfile', { path: settings.profilePath });
    await server.call('stop', null);
    const stored = await checkStored(variant, contest, url, round.since);
    const { load, sustained } = measured;
    return {
      variant: variant.id,
      round: round.number,
      rate: sustained?.rate ?? load.answeredInTime / load.seconds,
      ...measured,
      acknowledged: contest.acknowledged,
      stored,
      faults: contest.faults,
    };
  } finally {
    await server.end();
  }
}

/** The point of it all: what was acknowledged is there, exactly that and exactly once. */
async function checkStored(variant: Variant, contest: Contest, url: string, since: Date): Promise<number | undefined> {
  if (variant.stores === undefined) return undefined;
  const stored = await readStored(url, variant.stores, since);
  if (stored.rows !== contest.acknowledged) {
    contest.fault(`${contest.acknowledged} acknowledged, ${stored.rows} stored`);
  } else if (stored.sum !== contest.acknowledgedSum) {
    contest.fault('other deliveries are stored than were acknowledged');
  }
  if (variant.id === 'E') {
    const { messages, parked } = await readQueryable(url);
    if (messages !== contest.acknowledged || parked > 0) {
      contest.fault(`${contest.acknowledged} acknowledged, ${messages} queryable, ${parked} parked`);
    }
  }
  return stored.rows;
}
