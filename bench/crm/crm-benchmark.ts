import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { type CrmApi } from '../crm-process.js';
import { type DatabaseServer, startDatabaseServer, withClient } from '../database-server.js';
import { type LoadResult } from '../load-generator.js';
import { type LoadApi } from '../load-process.js';
import { describeMachine, waitForQuiet } from '../machine.js';
import { type Options } from '../options.js';
import { RemoteProcess } from '../remote.js';
import { writeConnectionsFile } from '../tenants.js';
import { type VariantApi } from '../variant-process.js';
import { CrmAccounts } from './crm-accounts.js';

/** Acknowledging in one round, with a CRM that works and with one that takes calls and never answers. */
export interface DeadCrmRound {
  readonly healthy: LoadResult;
  readonly dead: LoadResult;
}

/** How many changes a second a CRM was told in one round, alone and while another one turns every call away. */
export interface StormRound {
  readonly alone: number;
  readonly besideStorm: number;
  /** Calls that the storming CRM got in that time. */
  readonly stormCalls: number;
  readonly stormSeconds: number;
}

export interface CrmResults {
  readonly machine: ReturnType<typeof describeMachine>;
  readonly postgres: string;
  /** Webhook calls per second that were offered. */
  readonly rate: number;
  readonly records: number;
  readonly smoke: boolean;
  readonly dead: readonly DeadCrmRound[];
  readonly storms: readonly StormRound[];
}

const [steady, stormy] = ['/steady', '/stormy'];
const settlesWithinMs = 60_000;

/** What a CRM that fails does to everything else: to acknowledging, and to other CRMs. */
export async function runCrmBenchmark(options: Options, report: (line: string) => void): Promise<CrmResults> {
  const database = await startDatabaseServer(report);
  const processes = {
    generator: new RemoteProcess<LoadApi>('load-process.js'),
    crm: new RemoteProcess<CrmApi>('crm-process.js'),
    server: new RemoteProcess<VariantApi>('variant-process.js'),
  };
  let cleaned: Promise<void> | undefined;
  const cleanUp = (): Promise<void> =>
    (cleaned ??= (async () => {
      await Promise.all(Object.values(processes).map((process) => process.end()));
      await database.stop();
    })());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => void cleanUp().finally(() => process.exit(130)));
  }
  const name = `liaison_bench_${process.pid}_crm`;
  try {
    const url = await database.create(name);
    return await withClient(url, async (client) => {
      const { port: crmPort } = await processes.crm.call('listen', null);
      const { port } = await processes.server.call('start', {
        id: 'C',
        databaseUrl: url,
        directory: database.directory,
        connectionsFile: await writeConnectionsFile(join(database.directory, 'connections')),
        outboundAllow: `127.0.0.1:${crmPort}`,
      });
      const accounts = new CrmAccounts({ port }, client);
      const stage = new CrmBenchmark(options, { ...processes, database, accounts, port }, report);
      return stage.run((path) => `http://127.0.0.1:${crmPort}${path}`);
    });
  } finally {
    await processes.server.end();
    await database.drop(name).catch(() => report(`the database ${name} could not be dropped`));
    await cleanUp();
  }
}

interface Surroundings {
  readonly generator: RemoteProcess<LoadApi>;
  readonly crm: RemoteProcess<CrmApi>;
  readonly database: DatabaseServer;
  readonly accounts: CrmAccounts;
  readonly port: number;
}

class CrmBenchmark {
  #next = 0;

  constructor(
    private readonly options: Options,
    private readonly around: Surroundings,
    private readonly report: (line: string) => void,
  ) {}

  async run(urlOf: (path: string) => string): Promise<CrmResults> {
    const { generator, crm, database, accounts } = this.around;
    const { rounds, seconds, smoke, warmUpSeconds, quietWithinMs, rate } = this.#plan();
    const count = Math.ceil(rate * (seconds * 2 * rounds + warmUpSeconds * 4) * 1.2) + 5_000;
    await generator.call('prepare', { round: 1, count, firstTimeMs: Date.now() - 60_000 });
    this.report('making spaces and links');
    await this.#load(rate, warmUpSeconds * 4);
    await delay(2_000);
    const [steadyId, stormyId] = [await accounts.connect(urlOf(steady)), await accounts.connect(urlOf(stormy))];
    for (const path of [steady, stormy]) await crm.call('behave', { path, as: 'healthy' });
    const wanted = smoke ? 50 : 400;
    const records = await accounts.link(steadyId, wanted);
    await accounts.link(stormyId, wanted);
    await this.#settled(steadyId);
    await this.#settled(stormyId);
    await database.checkpoint();
    await waitForQuiet(quietWithinMs);
    const dead: DeadCrmRound[] = [];
    for (let round = 0; round < rounds; round++) {
      this.report(`round ${round + 1}: acknowledging beside a CRM that works, and one that does not`);
      const loads = new Map<'healthy' | 'dead', LoadResult>();
      for (const as of round % 2 === 0 ? (['healthy', 'dead'] as const) : (['dead', 'healthy'] as const)) {
        await crm.call('behave', { path: steady, as });
        loads.set(as, await this.#load(rate, seconds));
        await crm.call('behave', { path: steady, as: 'healthy' });
        await this.#settled(steadyId);
        await this.#settled(stormyId);
      }
      const [healthy, silent] = [loads.get('healthy'), loads.get('dead')];
      if (healthy !== undefined && silent !== undefined) dead.push({ healthy, dead: silent });
    }
    const storms: StormRound[] = [];
    for (let round = 0; round < rounds; round++) {
      this.report(`round ${round + 1}: one CRM alone, and beside one that turns every call away`);
      const alone = async (): Promise<number> => (await this.#told(steadyId)).perSecond;
      const beside = async (): Promise<Omit<StormRound, 'alone'>> => {
        await crm.call('behave', { path: stormy, as: 'storm' });
        await accounts.wantAll(stormyId);
        const before = await crm.call('calls', { path: stormy });
        const { perSecond, seconds: stormSeconds } = await this.#told(steadyId);
        const stormCalls = (await crm.call('calls', { path: stormy })) - before;
        await crm.call('behave', { path: stormy, as: 'healthy' });
        await this.#settled(stormyId);
        return { besideStorm: perSecond, stormCalls, stormSeconds };
      };
      if (round % 2 === 0) storms.push({ alone: await alone(), ...(await beside()) });
      else storms.push({ ...(await beside()), alone: await alone() });
    }
    return { machine: describeMachine(), postgres: database.version, rate, records, smoke, dead, storms };
  }

  #plan(): Pick<Options, 'rounds' | 'seconds' | 'smoke' | 'warmUpSeconds' | 'quietWithinMs'> & {
    readonly rate: number;
  } {
    const { rounds, seconds, smoke, warmUpSeconds, quietWithinMs } = this.options;
    return { rounds, seconds, smoke, warmUpSeconds, quietWithinMs, rate: 200 };
  }

  async #load(rate: number, seconds: number): Promise<LoadResult> {
    const { generator, port } = this.around;
    const { connections } = this.options;
    const result = await generator.call('run', { port, connections, seconds, rate, from: this.#next });
    this.#next = result.next;
    return result;
  }

  /** Tells a CRM everything again, and how many entries a second that were. */
  async #told(connectionId: string): Promise<{ readonly perSecond: number; readonly seconds: number }> {
    const { accounts } = this.around;
    await accounts.wantAll(connectionId);
    const count = await accounts.waiting(connectionId);
    const begun = performance.now();
    for (let left = count; left > 0; left = await accounts.waiting(connectionId)) await delay(20);
    const seconds = (performance.now() - begun) / 1_000;
    return { perSecond: count / seconds, seconds };
  }

  async #settled(connectionId: string): Promise<void> {
    const { accounts } = this.around;
    const deadline = performance.now() + settlesWithinMs;
    while ((await accounts.waiting(connectionId)) > 0) {
      if (performance.now() > deadline) throw new Error('a CRM that works again is not told everything');
      await accounts.refresh();
      await delay(100);
    }
  }
}
