import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { StorageUnavailable } from '../common/errors/liaison-error.js';
import { GroupCommit, type GroupCommitOptions } from './group-commit.js';

/** What Postgres raises for a value that it cannot hold. */
class DataRefused extends Error {
  readonly code = '22021';
}

/** A store that keeps what it is given, refuses every batch with a poisonous item, and can be held up. */
class Store {
  readonly kept: string[] = [];
  readonly batches: number[] = [];
  #held: Promise<void> = Promise.resolve();
  #release: () => void = () => undefined;
  failure: Error | undefined;

  readonly flush = async (items: readonly string[]): Promise<void> => {
    this.batches.push(items.length);
    await this.#held;
    if (this.failure !== undefined) throw this.failure;
    if (items.some((item) => item.startsWith('poison'))) throw new DataRefused('refused');
    this.kept.push(...items);
  };

  hold(): void {
    this.#held = new Promise((resolve) => (this.#release = resolve));
  }

  release(): void {
    this.#release();
  }
}

function commitsInto(store: Store, more: Partial<GroupCommitOptions<string>> = {}): GroupCommit<string> {
  return new GroupCommit({
    noun: 'item',
    flush: store.flush,
    sizeOf: (item) => item.length,
    maxItems: 100,
    maxBytes: 10_000,
    maxWaiting: 1_000,
    maxWaitingBytes: 100_000,
    deadlineMs: 5_000,
    ...more,
  });
}

const many = (count: number, name = 'item'): string[] =>
  Array.from({ length: count }, (_, index) => `${name} ${index}`);
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 5));

describe('GroupCommit', () => {
  it('resolves an item only after its commit', async () => {
    const store = new Store();
    store.hold();
    const commits = commitsInto(store);
    let answered = false;
    const added = commits.add('one').then(() => (answered = true));
    await turn();
    expect([store.batches, answered]).toEqual([[1], false]);
    store.release();
    await added;
    expect(store.kept).toEqual(['one']);
  });

  it('puts everything that waits into one statement', async () => {
    const store = new Store();
    const commits = commitsInto(store);
    await Promise.all(many(50).map((item) => commits.add(item)));
    expect(store.batches).toEqual([50]);
  });

  it('gathers what comes during a flush for the next one, in order', async () => {
    const store = new Store();
    store.hold();
    const commits = commitsInto(store);
    const first = commits.add('first');
    await turn();
    const rest = many(20).map((item) => commits.add(item));
    store.release();
    await Promise.all([first, ...rest]);
    expect(store.batches).toEqual([1, 20]);
    expect(store.kept).toEqual(['first', ...many(20)]);
  });

  it('cuts batches at the number of items and at their bytes', async () => {
    const store = new Store();
    const byCount = commitsInto(store, { maxItems: 3 });
    await Promise.all(many(7).map((item) => byCount.add(item)));
    expect(store.batches).toEqual([3, 3, 1]);
    store.batches.length = 0;
    const byBytes = commitsInto(store, { maxBytes: 10 });
    await Promise.all(['xxxx', 'xxxx', 'xxxx', 'x'.repeat(50), 'x'].map((item) => byBytes.add(item)));
    expect(store.batches).toEqual([2, 1, 1, 1]);
  });

  it('refuses a poisonous item alone: its neighbours are stored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { minLength: 1, maxLength: 40 }), async (isPoison) => {
        const store = new Store();
        const commits = commitsInto(store, { maxItems: 16 });
        const items = isPoison.map((poison, index) => `${poison ? 'poison' : 'item'} ${index}`);
        const results = await Promise.allSettled(items.map((item) => commits.add(item)));
        expect(results.map((result) => result.status)).toEqual(
          isPoison.map((poison) => (poison ? 'rejected' : 'fulfilled')),
        );
        expect([...store.kept].sort()).toEqual(items.filter((item) => item.startsWith('item')).sort());
      }),
      { numRuns: 50 },
    );
  });

  it('tells the owner of a poisonous item what the database said', async () => {
    const commits = commitsInto(new Store());
    await expect(commits.add('poison')).rejects.toBeInstanceOf(DataRefused);
  });

  it('finds one poisonous item among 512 in few statements', async () => {
    const store = new Store();
    const commits = commitsInto(store, { maxItems: 512 });
    await Promise.allSettled([...many(300), 'poison', ...many(211)].map((item) => commits.add(item)));
    expect(store.kept).toHaveLength(511);
    expect(store.batches.length).toBeLessThanOrEqual(2 * 9 + 1);
  });

  it('answers everybody with StorageUnavailable and a time to come back when the database is away', async () => {
    const store = new Store();
    store.failure = Object.assign(new Error('away'), { code: 'ECONNREFUSED' });
    const commits = commitsInto(store);
    const results = await Promise.allSettled(many(10).map((item) => commits.add(item)));
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { code: 'storage-unavailable', retryAfterSeconds: 5 },
      });
    }
    // Nobody tries such a batch in halves: it would only take longer.
    expect(store.batches).toEqual([10]);
  });

  it('works on after a failure', async () => {
    const store = new Store();
    store.failure = new Error('away');
    const commits = commitsInto(store);
    await expect(commits.add('one')).rejects.toBeInstanceOf(StorageUnavailable);
    store.failure = undefined;
    await commits.add('two');
    expect(store.kept).toEqual(['two']);
  });

  it('answers by the deadline although the database never does, also those that still wait in line', async () => {
    const store = new Store();
    store.hold();
    const commits = commitsInto(store, { deadlineMs: 150 });
    const started = performance.now();
    const inFlight = commits.add('in flight');
    await turn();
    const waiting = commits.add('waiting');
    const results = await Promise.allSettled([inFlight, waiting]);
    expect(performance.now() - started).toBeLessThan(1_000);
    for (const result of results) {
      expect(result).toMatchObject({ status: 'rejected', reason: { code: 'storage-unavailable' } });
    }
    store.release();
    await commits.drained();
    // It was never tried, so it is not stored behind the back of whoever was told that it was not.
    expect(store.kept).toEqual(['in flight']);
  });

  it('refuses at once what goes beyond its bounds, and takes more when there is room again', async () => {
    const store = new Store();
    store.hold();
    const commits = commitsInto(store, { maxWaiting: 5, maxWaitingBytes: 60 });
    const inFlight = commits.add('in flight');
    await turn();
    const waiting = many(5).map((item) => commits.add(item));
    await expect(commits.add('one too many')).rejects.toBeInstanceOf(StorageUnavailable);
    expect(commits.waiting).toBe(6);
    store.release();
    await Promise.all([inFlight, ...waiting]);
    store.hold();
    const next = commits.add('x');
    await turn();
    const large = commits.add('x'.repeat(60));
    await expect(commits.add('x')).rejects.toBeInstanceOf(StorageUnavailable);
    store.release();
    await Promise.all([next, large]);
    expect(commits.waiting).toBe(0);
  });

  it('is drained when everything has been answered, and at once when nothing waits', async () => {
    const store = new Store();
    const commits = commitsInto(store);
    await commits.drained();
    store.hold();
    const all = many(10).map((item) => commits.add(item));
    let drained = false;
    const done = commits.drained().then(() => (drained = true));
    await turn();
    expect(drained).toBe(false);
    store.release();
    await Promise.all([...all, done]);
    expect([store.kept.length, commits.waiting]).toEqual([10, 0]);
  });

  it('leaves no timer behind that would keep a process alive', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
    const before = timers();
    const commits = commitsInto(new Store());
    await Promise.all(many(10).map((item) => commits.add(item)));
    await commits.drained();
    expect(timers()).toBeLessThanOrEqual(before);
  });
});
