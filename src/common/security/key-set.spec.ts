import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { RemoteKeySet, type KeySetOptions } from './key-set.js';
import { type WantedKey } from './key-source.js';
import { type PublishedKey } from './published-key.js';
import { KeysUnavailable, TokenRejected } from './token.errors.js';

const url = 'https://issuer.example/keys';
const hour = 3_600_000;
const minute = 60_000;
const jwks = ['a', 'b', 'c'].map((kid) => ({
  ...generateKeyPairSync('rsa', { modulusLength: 2_048 }).publicKey.export({ format: 'jwk' }),
  kid,
}));

/** A key host that says what the test tells it to. */
class KeyHost {
  published: readonly unknown[] = jwks.slice(0, 1);
  isDown = false;
  fetched: string[] = [];
  now = 1_000_000;
  failures: unknown[] = [];

  keySet(options: Partial<KeySetOptions> = {}): RemoteKeySet {
    return new RemoteKeySet(url, {
      fetchJson: (asked) => this.fetchJson(asked),
      now: () => this.now,
      onFailure: (error) => this.failures.push(error),
      ...options,
    });
  }

  async fetchJson(asked: string): Promise<unknown> {
    this.fetched.push(asked);
    const answer = { keys: this.published };
    await new Promise((resolve) => setTimeout(resolve, 2));
    if (this.isDown) throw new Error('down');
    return answer;
  }
}

function wanted(kid: string | undefined): WantedKey {
  return { algorithm: 'RS256', kid, x5t: undefined, claims: {} };
}

async function outcome(found: Promise<PublishedKey>): Promise<unknown> {
  try {
    return (await found).entry['kid'];
  } catch (error) {
    if (error instanceof TokenRejected || error instanceof KeysUnavailable) return error.reason;
    throw error;
  }
}

describe('RemoteKeySet', () => {
  let host: KeyHost;
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 10));

  beforeEach(() => {
    host = new KeyHost();
  });

  it('fetches nothing before a key is asked for, and once for all that come at the same time', async () => {
    const keys = host.keySet();
    await settled();
    expect(host.fetched).toEqual([]);
    const found = await Promise.all(Array.from({ length: 100 }, () => outcome(keys.find(wanted('a')))));
    expect(new Set(found)).toEqual(new Set(['a']));
    expect(host.fetched).toEqual([url]);
  });

  it('serves from memory for an hour, then refreshes without making anybody wait', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.now += hour - 1;
    await keys.find(wanted('a'));
    await settled();
    expect(host.fetched).toHaveLength(1);
    host.now += 1;
    host.published = jwks.slice(1);
    expect(await outcome(keys.find(wanted('a')))).toBe('a');
    await settled();
    expect(host.fetched).toHaveLength(2);
    expect(await outcome(keys.find(wanted('b')))).toBe('b');
    expect(host.fetched).toHaveLength(2);
  });

  it('does not use a set of 24 hours without having asked for a newer one', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.now += 24 * hour;
    host.published = jwks.slice(1);
    expect(await outcome(keys.find(wanted('a')))).toBe('unknown-key');
  });

  it('forgets a key that its issuer withdrew', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.published = jwks.slice(1);
    await keys.find(wanted('b'));
    expect(await outcome(keys.find(wanted('a')))).toBe('unknown-key');
  });

  it('finds a key that was published a moment ago by one refresh', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.published = jwks;
    expect(await outcome(keys.find(wanted('b')))).toBe('b');
    expect(host.fetched).toHaveLength(2);
  });

  it('makes one more fetch for 1,000 made-up kids, and none for the next 1,000 within five minutes', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    const flood = async (): Promise<Set<unknown>> =>
      new Set(await Promise.all(Array.from({ length: 1_000 }, () => outcome(keys.find(wanted(randomUUID()))))));
    expect(await flood()).toEqual(new Set(['unknown-key']));
    expect(host.fetched).toHaveLength(2);
    host.now += 5 * minute - 1;
    expect(await flood()).toEqual(new Set(['unknown-key']));
    expect(host.fetched).toHaveLength(2);
    host.now += 1;
    expect(await flood()).toEqual(new Set(['unknown-key']));
    expect(host.fetched).toHaveLength(3);
  });

  it('makes two fetches at most when the first tokens ever are 1,000 with made-up kids', async () => {
    const keys = host.keySet();
    const found = await Promise.all(Array.from({ length: 1_000 }, () => outcome(keys.find(wanted(randomUUID())))));
    expect(new Set(found)).toEqual(new Set(['unknown-key']));
    expect(host.fetched.length).toBeLessThanOrEqual(2);
  });

  it('refuses no genuine token while keys rotate under load, with one refresh for each rotation', async () => {
    const keys = host.keySet();
    for (const [rotation, { kid }] of jwks.entries()) {
      host.published = jwks.slice(rotation, rotation + 1);
      const found = await Promise.all(Array.from({ length: 200 }, () => outcome(keys.find(wanted(kid)))));
      expect(new Set(found)).toEqual(new Set([kid]));
      expect(host.fetched).toHaveLength(rotation + 1);
      host.now += 5 * minute;
    }
  });

  it('asks again for a key that is newer than the answer already on its way', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.now += hour;
    // This use starts the hourly refresh; the host answers it with the list of this moment.
    await keys.find(wanted('a'));
    host.published = jwks;
    expect(await outcome(keys.find(wanted('b')))).toBe('b');
    expect(host.fetched).toHaveLength(3);
  });

  it('cannot tell while the first fetch fails, and makes one fetch in five seconds however many ask', async () => {
    const keys = host.keySet();
    host.isDown = true;
    const flood = async (): Promise<Set<unknown>> =>
      new Set(await Promise.all(Array.from({ length: 1_000 }, () => outcome(keys.find(wanted('a'))))));
    expect(await flood()).toEqual(new Set(['keys-unavailable']));
    host.now += 4_999;
    expect(await flood()).toEqual(new Set(['keys-unavailable']));
    expect(host.fetched).toHaveLength(1);
    host.now += 1;
    host.isDown = false;
    expect(await flood()).toEqual(new Set(['a']));
    expect(host.fetched).toHaveLength(2);
    expect(host.failures).toHaveLength(1);
  });

  it('keeps the last good set while the host is down, for days', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.isDown = true;
    for (let day = 0; day < 5; day++) {
      host.now += 24 * hour;
      expect(await outcome(keys.find(wanted('a')))).toBe('a');
    }
    expect(host.fetched).toHaveLength(6);
  });

  it('cannot tell about an unknown key while the host is down, and tells as soon as it is back', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.isDown = true;
    host.published = jwks;
    const flood = async (): Promise<Set<unknown>> =>
      new Set(await Promise.all(Array.from({ length: 100 }, () => outcome(keys.find(wanted('b'))))));
    expect(await flood()).toEqual(new Set(['keys-unavailable']));
    expect(await flood()).toEqual(new Set(['keys-unavailable']));
    expect(host.fetched).toHaveLength(2);
    host.now += 5_000;
    host.isDown = false;
    expect(await flood()).toEqual(new Set(['b']));
    expect(host.fetched).toHaveLength(3);
    expect(await outcome(keys.find(wanted('made up')))).toBe('unknown-key');
    host.now += 5_000;
    expect(await outcome(keys.find(wanted('made up')))).toBe('unknown-key');
  });

  it.each([
    ['an empty list', []],
    ['nothing usable', [{ kty: 'oct', kid: 'a', k: 'AAAA' }]],
  ])('keeps the last good set when the host answers with %s', async (_what, published) => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    host.now += 24 * hour;
    host.published = published;
    expect(await outcome(keys.find(wanted('a')))).toBe('a');
    expect(host.failures).toHaveLength(1);
  });

  it('refuses a token that names no key without asking anybody, unless the only one that fits may serve', async () => {
    const strict = host.keySet();
    await strict.find(wanted('a'));
    expect(await outcome(strict.find(wanted(undefined)))).toBe('unknown-key');
    expect(host.fetched).toHaveLength(1);
    const lenient = host.keySet({ allowUnnamedKey: true });
    expect(await outcome(lenient.find(wanted(undefined)))).toBe('a');
    host.published = jwks;
    host.now += 24 * hour;
    expect(await outcome(lenient.find(wanted(undefined)))).toBe('unknown-key');
  });

  it('refuses the known name of a key that does not fit without asking anybody', async () => {
    const keys = host.keySet();
    await keys.find(wanted('a'));
    expect(await outcome(keys.find({ ...wanted('a'), algorithm: 'ES256' }))).toBe('unknown-key');
    expect(await outcome(keys.find({ ...wanted('a'), accepts: () => false }))).toBe('unknown-key');
    expect(host.fetched).toHaveLength(1);
  });
});
