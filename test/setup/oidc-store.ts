import { type Adapter, type AdapterPayload } from 'oidc-provider';

/** Records whose id is the very text that is sent. */
const issuedKinds: ReadonlySet<string> = new Set(['AccessToken', 'AuthorizationCode', 'RefreshToken']);

/** What an authorization server remembers, in memory; each server has one of its own. */
export class OidcStore {
  /** Every code and token that was ever issued, as it was sent. */
  readonly issued = new Set<string>();
  readonly #records = new Map<string, AdapterPayload>();

  /** Whether there is such a record of one of these kinds. */
  holds(wanted: (record: AdapterPayload) => boolean, ...kinds: readonly string[]): boolean {
    return [...this.#records].some(([key, record]) => kinds.includes(key.split(':')[0] ?? '') && wanted(record));
  }

  /** Drops all records of these kinds. */
  forget(...kinds: readonly string[]): void {
    for (const key of this.#records.keys()) if (kinds.includes(key.split(':')[0] ?? '')) this.#records.delete(key);
  }

  /** The part of it that holds records of one kind. */
  of(kind: string): Adapter {
    const keyOf = (id: string): string => `${kind}:${id}`;
    const first = (wanted: (record: AdapterPayload) => boolean): AdapterPayload | undefined =>
      [...this.#records].find(([key, record]) => key.startsWith(`${kind}:`) && wanted(record))?.[1];
    return {
      upsert: (id, record) => {
        if (issuedKinds.has(kind)) this.issued.add(id);
        this.#records.set(keyOf(id), record);
        return Promise.resolve();
      },
      find: (id) => Promise.resolve(this.#records.get(keyOf(id))),
      findByUid: (uid) => Promise.resolve(first((record) => record.uid === uid)),
      findByUserCode: (userCode) => Promise.resolve(first((record) => record.userCode === userCode)),
      consume: (id) => {
        const record = this.#records.get(keyOf(id));
        if (record !== undefined) record.consumed = Math.floor(Date.now() / 1_000);
        return Promise.resolve();
      },
      destroy: (id) => {
        this.#records.delete(keyOf(id));
        return Promise.resolve();
      },
      revokeByGrantId: (grantId) => {
        for (const [key, record] of this.#records) if (record.grantId === grantId) this.#records.delete(key);
        return Promise.resolve();
      },
    };
  }
}
