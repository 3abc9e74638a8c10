import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Conflict, NotFound } from '../common/errors/liaison-error.js';
import { decodeCursor, encodeCursor, toPage, type Page } from '../common/http/page.js';
import { createApiKey } from '../common/security/api-key.js';
import { firstRowOf } from '../database/rows.js';
import { TenantReads } from '../database/tenant-reads.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { Where } from '../database/where.js';
import { ApiKeyEntity, isValid } from './api-key.entity.js';
import { ApiKeyLogin } from './api-key-login.js';
import { type Caller } from './caller.js';
import { accessGivenBy, type KeyAccess } from './own-access.js';
import { knownScopes, type Scope } from './scopes.js';

/** A key as it is shown: everything but the secret, of which not even the hash leaves. */
export type ApiKeyInfo = Readonly<Omit<ApiKeyEntity, 'hash'>>;

/** A key that was just made, with its text, which is shown this once and cannot be had again. */
export interface MadeApiKey {
  readonly info: ApiKeyInfo;
  readonly text: string;
}

const cursorKind = 'keys';
const columns = `id, tenant_id as "tenantId", name, scopes, created_at as "createdAt", created_by as "createdBy",
  expires_at as "expiresAt", revoked_at as "revokedAt", last_used_at as "lastUsedAt",
  requests_per_minute as "requestsPerMinute", replaces`;
const keyById = `select ${columns} from api_keys where tenant_id = $1 and id = $2`;

/** Makes, shows, replaces and revokes the API keys of a tenant. */
@Injectable()
export class ApiKeysService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly login: ApiKeyLogin,
  ) {}

  /** Makes a key without asking whose leave it takes; the routes ask by `createFor`. */
  create(
    tenantId: string,
    name: string,
    scopes: readonly Scope[],
    more: Partial<Pick<ApiKeyInfo, 'expiresAt' | 'requestsPerMinute' | 'createdBy'>> = {},
  ): Promise<MadeApiKey> {
    const { expiresAt = null, requestsPerMinute = null, createdBy = null } = more;
    const info = { tenantId, name, scopes: [...scopes], expiresAt, requestsPerMinute, createdBy, replaces: null };
    return insertKey(info, new Date(), this.dataSource.manager);
  }

  /** A key of the caller's tenant. Throws `ExceedsOwnAccess` where it would allow more than the caller may. */
  createFor(caller: Caller, name: string, asked: KeyAccess): Promise<MadeApiKey> {
    const { scopes, ...bounds } = accessGivenBy(caller, asked, new Date());
    return this.create(caller.tenantId, name, scopes, { ...bounds, createdBy: caller.subject });
  }

  /** Newest first; those that are no longer valid too. */
  async page(tenantId: string, limit: number, cursor: string | undefined): Promise<Page<ApiKeyInfo>> {
    const where = new Where().and(tenantId, (place) => `tenant_id = ${place}`);
    if (cursor !== undefined) {
      const [at, id] = decodeCursor(cursorKind, ['time', 'key'], cursor);
      where.always(`(created_at, id) < (${where.place(at)}::timestamptz, ${where.place(id)})`);
    }
    const rows = await this.reads.rows<ApiKeyInfo>(
      tenantId,
      `select ${columns} from api_keys where ${where.sql}
       order by created_at desc, id desc limit ${where.place(limit + 1)}`,
      where.parameters,
    );
    return toPage(
      rows,
      limit,
      (row) => encodeCursor(cursorKind, [row.createdAt.toISOString(), row.id]),
      (row) => row,
    );
  }

  /** Throws `NotFound` for an unknown key and for another tenant's. */
  async get(tenantId: string, id: string): Promise<ApiKeyInfo> {
    return found(await this.reads.first<ApiKeyInfo>(tenantId, keyById, [tenantId, id]));
  }

  /**
   * A new key that allows what the old one does and ends when that one would have ended. The old one stays valid for
   * `overlapMs`, or until its own end if that comes first. Throws `NotFound`, `Conflict` for a key that is not valid any
   * more, and `ExceedsOwnAccess` where the old key allows more than the caller.
   */
  async rotate(caller: Caller, id: string, overlapMs: number): Promise<MadeApiKey> {
    const made = await inTransaction(this.dataSource, async (tx) => {
      const old = found(await firstRowOf<ApiKeyInfo>(tx, `${keyById} for update`, [caller.tenantId, id]));
      const now = new Date();
      if (!isValid(old, now)) throw new Conflict({ detail: 'The key is not valid any more; make a new one.' });
      const access = accessGivenBy(caller, { ...old, scopes: knownScopes(old.scopes) }, now);
      const { tenantId, name } = old;
      const info = { ...access, tenantId, name, scopes: [...access.scopes], createdBy: caller.subject, replaces: id };
      await tx.update(ApiKeyEntity, { id }, { expiresAt: earlier(old.expiresAt, new Date(now.getTime() + overlapMs)) });
      return insertKey(info, now, tx);
    });
    this.login.forget(id);
    return made;
  }

  /** The key is refused at once by this process and within three seconds by all. Throws `NotFound`. */
  async revoke(tenantId: string, id: string): Promise<void> {
    const result = await this.dataSource
      .getRepository(ApiKeyEntity)
      .update({ id, tenantId, revokedAt: IsNull() }, { revokedAt: new Date() });
    this.login.forget(id);
    if (result.affected !== 1) throw new NotFound({ detail: 'There is no such key that is still valid.' });
  }
}

async function insertKey(
  given: Omit<ApiKeyInfo, 'id' | 'createdAt' | 'revokedAt' | 'lastUsedAt'>,
  now: Date,
  tx: Tx,
): Promise<MadeApiKey> {
  const { id, text, hash } = createApiKey();
  const info = { ...given, id, createdAt: now, revokedAt: null, lastUsedAt: null };
  await tx.insert(ApiKeyEntity, { ...info, hash });
  return { info, text };
}

function found(key: ApiKeyInfo | undefined): ApiKeyInfo {
  if (key === undefined) throw new NotFound({ detail: 'There is no such key.' });
  return key;
}

function earlier(one: Date | null, other: Date): Date {
  return one !== null && one < other ? one : other;
}
