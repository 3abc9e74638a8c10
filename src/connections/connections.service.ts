import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull, type Repository } from 'typeorm';
import { Conflict, InvalidInput, NotFound } from '../common/errors/liaison-error.js';
import { encodeCursor, decodeCursor, toPage, type Page } from '../common/http/page.js';
import { parseWith } from '../common/http/validation.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { randomSecret } from '../common/security/random.js';
import { SecretBox } from '../common/security/secret-box.js';
import { TenantReads } from '../database/tenant-reads.js';
import { Where } from '../database/where.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { addressesOf } from './audience.js';
import { ConnectionDirectory } from './connection-directory.js';
import { ConnectionEntity } from './connection.entity.js';
import { CONNECTION_ENDINGS, type ConnectionEnding } from './connection-ending.js';
import {
  changeSecrets,
  noSecrets,
  openSecrets,
  sealSecrets,
  secretsNotEntered,
  type ConnectionSecrets,
} from './connection-secrets.js';

export interface ConnectionInput {
  readonly platform: string;
  readonly name: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, unknown>>;
}

export interface ConnectionWithSecrets {
  readonly connection: ConnectionEntity;
  readonly secrets: ConnectionSecrets;
}

const cursorKind = 'connections';
const columns = `id, tenant_id as "tenantId", platform, name, settings, sealed_secrets as "sealedSecrets",
  declared_as as "declaredAs", created_at as "createdAt", updated_at as "updatedAt", deleted_at as "deletedAt"`;

/** Whether a connection is to a collaboration platform or to a CRM; they have routes and scopes of their own. */
export type ConnectionSide = 'platform' | 'crm';

const sideOf = ({ connector }: Platform): ConnectionSide => (connector === undefined ? 'platform' : 'crm');

interface Changing {
  readonly fromDeclaration?: boolean;
  readonly side?: ConnectionSide;
}

/** One clock for all processes: other processes find changes by it, whatever their own clocks say. */
const databaseClock = (): string => 'clock_timestamp()';

/** Creates, reads, changes and removes connections of one tenant; secrets are sealed on the way in. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
    private readonly box: SecretBox,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
    @Inject(CONNECTION_ENDINGS) private readonly endings: readonly ConnectionEnding[],
  ) {}

  /**
   * A webhook secret is made where none is given and we register the webhooks. Throws `InvalidInput` for an unknown
   * platform or settings and secrets that its class refuses.
   */
  async create(
    tenantId: string,
    input: ConnectionInput,
    {
      declared,
      side,
    }: { readonly declared?: { readonly as: string; readonly id?: string }; readonly side?: ConnectionSide } = {},
  ): Promise<ConnectionWithSecrets> {
    const { settings, secretChange } = this.#parse(input.platform, input.settings, input.secrets, side);
    const id = declared?.id ?? uuidV7();
    const secrets = this.#withWebhookSecret(input.platform, settings, changeSecrets(noSecrets, secretChange));
    await this.#repository.insert({
      id,
      tenantId,
      platform: input.platform,
      name: input.name,
      settings,
      sealedSecrets: sealSecrets(this.box, { id, tenantId }, secrets),
      declaredAs: declared?.as ?? null,
      createdAt: databaseClock,
      updatedAt: databaseClock,
    });
    await this.directory.refresh();
    return this.get(tenantId, id);
  }

  /** Throws `NotFound` for an unknown id, for another tenant's, and for one of the other side where a side is named. */
  async get(tenantId: string, id: string, side?: ConnectionSide): Promise<ConnectionWithSecrets> {
    const connection = await this.reads.first<ConnectionEntity>(
      tenantId,
      `select ${columns} from connections where tenant_id = $1 and id = $2 and deleted_at is null`,
      [tenantId, id],
    );
    if (connection === undefined || !this.#isOf(side, connection.platform)) {
      throw new NotFound({ detail: 'There is no such connection.' });
    }
    return { connection, secrets: openSecrets(this.box, connection) };
  }

  async list(
    tenantId: string,
    side: ConnectionSide | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<ConnectionWithSecrets>> {
    const crms = this.platforms.filter((platform) => sideOf(platform) === 'crm').map(({ id }) => id);
    const ofSide = side === undefined ? undefined : crms;
    const after = cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], cursor)[0];
    const where = new Where()
      .and(tenantId, (place) => `tenant_id = ${place}`)
      .and(after, (place) => `id > ${place}::uuid`)
      .and(ofSide, (place) => `(platform = any(${place})) = ${String(side === 'crm')}`)
      .always('deleted_at is null');
    const rows = await this.reads.rows<ConnectionEntity>(
      tenantId,
      `select ${columns} from connections where ${where.sql} order by id limit ${where.place(limit + 1)}`,
      where.parameters,
    );
    return toPage(
      rows,
      limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (connection) => ({ connection, secrets: openSecrets(this.box, connection) }),
    );
  }

  /**
   * Settings are merged, secrets as `changeSecrets` says. Throws `Conflict` for a declared connection, and `InvalidInput` where
   * stored secrets would go to another address and are not entered again: whoever may change settings need not know them.
   */
  async change(
    tenantId: string,
    id: string,
    change: Partial<Omit<ConnectionInput, 'platform'>>,
    { fromDeclaration = false, side }: Changing = {},
  ): Promise<ConnectionWithSecrets> {
    const found = await this.get(tenantId, id, side);
    this.#refuseDeclared(found.connection, fromDeclaration);
    const { settings, secretChange } = this.#parse(
      found.connection.platform,
      { ...found.connection.settings, ...change.settings },
      change.secrets ?? {},
    );
    // Whoever writes the file is trusted with its secrets.
    if (!fromDeclaration) this.#refuseOtherAddress(found, settings, secretChange);
    const secrets = this.#withWebhookSecret(
      found.connection.platform,
      settings,
      changeSecrets(found.secrets, secretChange),
    );
    const changed = {
      name: change.name ?? found.connection.name,
      settings,
      sealedSecrets: sealSecrets(this.box, found.connection, secrets),
    };
    await this.#save(found.connection, changed);
    return this.get(tenantId, id);
  }

  /** The connection stops verifying calls at once; what it stored stays, and nobody lets its app act for them any more. */
  async remove(tenantId: string, id: string, { fromDeclaration = false, side }: Changing = {}): Promise<void> {
    const { connection } = await this.get(tenantId, id, side);
    this.#refuseDeclared(connection, fromDeclaration);
    await this.#save(connection, { deletedAt: databaseClock }, async (tx) => {
      for (const ending of this.endings) await ending.endWith(connection, tx);
    });
  }

  async #save(
    connection: ConnectionEntity,
    change: Parameters<Repository<ConnectionEntity>['update']>[1],
    besides: (tx: Tx) => Promise<void> = () => Promise.resolve(),
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const result = await tx
        .getRepository(ConnectionEntity)
        .update(
          { id: connection.id, sealedSecrets: connection.sealedSecrets, deletedAt: IsNull() },
          { ...change, updatedAt: databaseClock },
        );
      if (result.affected !== 1) {
        throw new Conflict({
          detail: 'The connection was changed at the same moment by somebody else; read it again.',
        });
      }
      await besides(tx);
    });
    await this.directory.refresh();
  }

  /** Where we register the webhooks ourselves, nobody else needs to know what signs them. */
  #withWebhookSecret(
    platformId: string,
    settings: Readonly<Record<string, unknown>>,
    secrets: ConnectionSecrets,
  ): ConnectionSecrets {
    const registrations = this.platforms.find((platform) => platform.id === platformId)?.registrations;
    const isOurs = registrations !== undefined && registrations.desired(settings).length > 0;
    if (!isOurs || secrets.webhookSecrets.length > 0) return secrets;
    return { ...secrets, webhookSecrets: [{ id: uuidV7(), secret: randomSecret(), from: null, until: null }] };
  }

  #refuseOtherAddress(
    { connection, secrets }: ConnectionWithSecrets,
    settings: Record<string, unknown>,
    change: Readonly<Record<string, unknown>>,
  ): void {
    const { platform } = connection;
    const known = addressesOf(this.platforms, { platform, settings: { ...connection.settings } });
    const isKnown = addressesOf(this.platforms, { platform, settings }).every((address) => known.includes(address));
    if (isKnown) return;
    // Webhook secrets go out only where we register the webhooks.
    const registers = this.platforms.find(({ id }) => id === platform)?.registrations !== undefined;
    const missing = secretsNotEntered(secrets, change, { withWebhooks: registers });
    if (missing.length === 0) return;
    throw new InvalidInput({
      detail: 'These settings name another address, to which stored secrets would be sent. Enter the secrets again.',
      faults: missing.map((name) => ({
        pointer: `/secrets/${name}`,
        detail: 'must be entered again for this address',
      })),
    });
  }

  #refuseDeclared(connection: ConnectionEntity, fromDeclaration: boolean): void {
    if (connection.declaredAs === null || fromDeclaration) return;
    throw new Conflict({
      detail: `This connection is declared in a file as "${connection.declaredAs}"; change it there.`,
    });
  }

  #parse(
    platformId: string,
    settings: unknown,
    secrets: unknown,
    side?: ConnectionSide,
  ): { settings: Record<string, unknown>; secretChange: Record<string, unknown> } {
    const served = this.platforms.filter((candidate) => side === undefined || sideOf(candidate) === side);
    const platform = served.find((candidate) => candidate.id === platformId);
    if (platform === undefined) {
      throw new InvalidInput({
        detail: `This Liaison serves ${served.map((known) => known.id).join(', ')}.`,
        faults: [{ pointer: '/platform', detail: 'is not served' }],
      });
    }
    return {
      settings: { ...parseWith(platform.settings, settings, '/settings') },
      secretChange: { ...parseWith(platform.secrets, secrets, '/secrets') },
    };
  }

  /** One of a platform that is served no more is a platform's. */
  #isOf(side: ConnectionSide | undefined, platformId: string): boolean {
    if (side === undefined) return true;
    const platform = this.platforms.find(({ id }) => id === platformId);
    return (platform === undefined ? 'platform' : sideOf(platform)) === side;
  }

  get #repository(): Repository<ConnectionEntity> {
    return this.dataSource.getRepository(ConnectionEntity);
  }
}
