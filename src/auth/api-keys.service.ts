import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { DataSource, IsNull, type Repository } from 'typeorm';
import { NotFound } from '../common/errors/liaison-error.js';
import { createApiKey, hashApiKey, parseApiKey } from '../common/security/api-key.js';
import { digestsEqual } from '../common/security/hmac.js';
import { Secret } from '../common/security/secret.js';
import { ApiKeyEntity } from './api-key.entity.js';
import { type Caller } from './caller.js';
import { knownScopes, type Scope } from './scopes.js';

/** Injection token of the bootstrap key, or undefined where none is set. */
export const BOOTSTRAP_KEY = Symbol('bootstrap key');

/** The tenant of the bootstrap key, and of keys that are made without naming one. */
export const defaultTenant = 'default';

/** How long a looked-up key is believed; a revoked one is refused after this time at the latest. */
const cacheMs = 3_000;

/** A key as shown in lists: everything but the secret. */
export interface ApiKeyInfo {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly scopes: readonly string[];
  readonly createdAt: Date;
  readonly revokedAt: Date | null;
}

@Injectable()
export class ApiKeysService {
  readonly #found = new LRUCache<string, { key: ApiKeyEntity | undefined }>({ max: 10_000, ttl: cacheMs });
  readonly #bootstrapHash: Buffer | undefined;

  constructor(
    private readonly dataSource: DataSource,
    @Inject(BOOTSTRAP_KEY) bootstrapKey: Secret | undefined,
  ) {
    this.#bootstrapHash = bootstrapKey === undefined ? undefined : hashApiKey(bootstrapKey.reveal());
  }

  /** Makes a key and answers its text, which is shown this once and cannot be had again. */
  async create(tenantId: string, name: string, scopes: readonly Scope[]): Promise<{ info: ApiKeyInfo; text: string }> {
    const key = createApiKey();
    const info = { id: key.id, tenantId, name, scopes: [...scopes], createdAt: new Date(), revokedAt: null };
    await this.#repository.insert({ ...info, hash: key.hash });
    return { info, text: key.text };
  }

  list(tenantId: string): Promise<ApiKeyInfo[]> {
    return this.#repository.find({ where: { tenantId }, order: { id: 'ASC' } });
  }

  /** The key is refused at once by this process and within three seconds by all. Throws `NotFound`. */
  async revoke(tenantId: string, id: string): Promise<void> {
    const result = await this.#repository.update({ id, tenantId, revokedAt: IsNull() }, { revokedAt: new Date() });
    this.#found.delete(id);
    if (result.affected !== 1) throw new NotFound({ detail: 'There is no such key that is still valid.' });
  }

  /** Who presents this text; undefined for anything that is no valid key. */
  async authenticate(text: string): Promise<Caller | undefined> {
    if (this.#bootstrapHash !== undefined && digestsEqual(this.#bootstrapHash, hashApiKey(text))) {
      return { tenantId: defaultTenant, subject: 'bootstrap', scopes: ['admin'] };
    }
    const presented = parseApiKey(text);
    if (presented === undefined) return undefined;
    const key = await this.#find(presented.id);
    if (key?.revokedAt !== null) return undefined;
    if (!digestsEqual(key.hash, hashApiKey(presented.secret))) return undefined;
    return { tenantId: key.tenantId, subject: `key:${key.id}`, scopes: knownScopes(key.scopes) };
  }

  async #find(id: string): Promise<ApiKeyEntity | undefined> {
    const known = this.#found.get(id);
    if (known !== undefined) return known.key;
    const key = (await this.#repository.findOneBy({ id })) ?? undefined;
    this.#found.set(id, { key });
    return key;
  }

  get #repository(): Repository<ApiKeyEntity> {
    return this.dataSource.getRepository(ApiKeyEntity);
  }
}
