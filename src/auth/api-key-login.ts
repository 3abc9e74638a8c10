import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, In } from 'typeorm';
import { hashApiKey, parseApiKey } from '../common/security/api-key.js';
import { digestsEqual } from '../common/security/hmac.js';
import { type Secret } from '../common/security/secret.js';
import { ApiKeyEntity, isValid } from './api-key.entity.js';
import { ApiKeyUse } from './api-key-use.js';
import { type Caller } from './caller.js';
import { knownScopes } from './scopes.js';

/** Injection token of the bootstrap key, or undefined where none is set. */
export const BOOTSTRAP_KEY = Symbol('bootstrap key');

/** The tenant of the bootstrap key, and of keys that are made without naming one. */
export const defaultTenant = 'default';

/** How long a looked-up key is believed; a revoked one is refused after this time at the latest. */
const cacheMs = 3_000;

/** Says who presents an API key. */
@Injectable()
export class ApiKeyLogin {
  readonly #found = new LRUCache<string, { key: ApiKeyEntity | undefined }>({ max: 10_000, ttl: cacheMs });
  readonly #bootstrapHash: Buffer | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly use: ApiKeyUse,
    @Inject(BOOTSTRAP_KEY) bootstrapKey: Secret | undefined,
  ) {
    this.#bootstrapHash = bootstrapKey === undefined ? undefined : hashApiKey(bootstrapKey.reveal());
  }

  /** Who presents this text; undefined for anything that is no valid key. */
  async authenticate(text: string): Promise<Caller | undefined> {
    if (this.#bootstrapHash !== undefined && digestsEqual(this.#bootstrapHash, hashApiKey(text))) {
      return { tenantId: defaultTenant, subject: 'bootstrap', scopes: ['admin'] };
    }
    const presented = parseApiKey(text);
    if (presented === undefined) return undefined;
    const key = await this.#find(presented.id);
    if (key === undefined || !isValid(key, new Date())) return undefined;
    if (!digestsEqual(key.hash, hashApiKey(presented.secret))) return undefined;
    this.use.note(key.id);
    const { expiresAt, requestsPerMinute } = key;
    return {
      tenantId: key.tenantId,
      subject: `key:${key.id}`,
      scopes: knownScopes(key.scopes),
      key: { expiresAt, requestsPerMinute },
      keyId: key.id,
    };
  }

  /** Looks this key up again when it is presented next, because it was changed here. */
  forget(id: string): void {
    this.#found.delete(id);
  }

  /** Those of these keys that are taken at this moment, as the database knows it; for answers that take long. */
  async validAmong(ids: readonly string[]): Promise<ReadonlySet<string>> {
    const keys = await this.dataSource.getRepository(ApiKeyEntity).findBy({ id: In([...ids]) });
    const now = new Date();
    return new Set(keys.filter((key) => isValid(key, now)).map((key) => key.id));
  }

  async #find(id: string): Promise<ApiKeyEntity | undefined> {
    const known = this.#found.get(id);
    if (known !== undefined) return known.key;
    const key = (await this.dataSource.getRepository(ApiKeyEntity).findOneBy({ id })) ?? undefined;
    this.#found.set(id, { key });
    return key;
  }
}
