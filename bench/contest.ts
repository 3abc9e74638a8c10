import { type LoadApi } from './load-process.js';
import { type LoadOrder, type LoadResult } from './load-generator.js';
import { busyUs, postgresUs } from './machine.js';
import { type Cost } from './measurement.js';
import { type RemoteProcess } from './remote.js';
import { type VariantApi } from './variant-process.js';

/** A server under test and the load on it: the state of one variant in one round. */
export class Contest {
  /** Index of the next request that nobody has sent to this server. */
  #next = 0;
  #acknowledged = 0;
  #acknowledgedSum = 0;
  readonly #faults: string[] = [];

  constructor(
    private readonly server: RemoteProcess<VariantApi>,
    private readonly generator: RemoteProcess<LoadApi>,
    private readonly postmasterPid: number | undefined,
    private readonly target: Pick<LoadOrder, 'port' | 'connections'>,
  ) {}

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get acknowledgedSum(): number {
    return this.#acknowledgedSum;
  }

  get faults(): readonly string[] {
    return this.#faults;
  }

  fault(text: string): void {
    this.#faults.push(text);
  }

  /** Sends the next requests, that is, bodies which this server has never seen. */
  async load(order: { seconds: number; rate?: number; repeat?: boolean }): Promise<LoadResult> {
    const result = await this.generator.call('run', { ...this.target, from: this.#next, ...order });
    this.#next = result.next;
    this.#acknowledged += result.acknowledged;
    this.#acknowledgedSum += result.acknowledgedSum;
    for (const [what, count] of Object.entries(result.failures)) this.#faults.push(`${count} × ${what}`);
    return result;
  }

  /** What `work` cost, by the requests that were acknowledged meanwhile. */
  async costOf<T>(work: () => Promise<T>): Promise<{ result: T; cost: Cost }> {
    const acknowledgedBefore = this.#acknowledged;
    const before = await this.#reading();
    const result = await work();
    const after = await this.#reading();
    const requests = Math.max(this.#acknowledged - acknowledgedBefore, 1);
    const serverUs = after.server.cpuUs - before.server.cpuUs;
    const databaseUs =
      after.postgresUs === undefined || before.postgresUs === undefined
        ? undefined
        : after.postgresUs - before.postgresUs;
    const ourUs = serverUs + (databaseUs ?? 0) + after.generatorUs - before.generatorUs + after.ownUs - before.ownUs;
    const commits = (after.server.batches?.count ?? 0) - (before.server.batches?.count ?? 0);
    const rows = (after.server.batches?.rows ?? 0) - (before.server.batches?.rows ?? 0);
    return {
      result,
      cost: {
        serverUs: serverUs / requests,
        postgresUs: databaseUs === undefined ? undefined : databaseUs / requests,
        foreignCores:
          databaseUs === undefined
            ? undefined
            : Math.max(after.busyUs - before.busyUs - ourUs, 0) / ((after.at - before.at) * 1_000),
        rssBytes: after.server.rssBytes,
        batch: commits > 0 ? rows / commits : undefined,
      },
    };
  }

  async #reading() {
    const server = await this.server.call('sample', null);
    const generatorUs = await this.generator.call('cpu', null);
    const own = process.cpuUsage();
    return {
      server,
      generatorUs,
      ownUs: own.user + own.system,
      postgresUs: await postgresUs(this.postmasterPid),
      busyUs: busyUs(),
      at: performance.now(),
    };
  }
}
