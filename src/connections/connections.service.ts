import { Inject, Injectable } from '@nestjs/common';
import { DataSource, IsNull, MoreThan, type Repository } from 'typeorm';
import { Conflict, InvalidInput, NotFound } from '../common/errors/liaison-error.js';
import { encodeCursor, decodeCursor, toPage, type Page } from '../common/http/page.js';
import { parseWith } from '../common/http/validation.js';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { randomSecret } from '../common/security/random.js';
import { SecretBox } from '../common/security/secret-box.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { ConnectionDirectory } from './connection-directory.js';
import { ConnectionEntity } from './connection.entity.js';
import { changeSecrets, noSecrets, openSecrets, sealSecrets, type ConnectionSecrets } from './connection-secrets.js';

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

/** One clock for all processes: other processes find changes by it, whatever their own clocks say. */
const databaseClock = (): string => 'clock_timestamp()';

/** Creates, reads, changes and removes connections of one tenant; secrets are sealed on the way in. */
@Injectable()
export class ConnectionsService {
  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    private readonly directory: ConnectionDirectory,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /**
   * A webhook secret is made where none is given and we register the webhooks. Throws `InvalidInput` for an unknown
   * platform or settings and secrets that its class refuses.
   */
  async create(
    tenantId: string,
    input: ConnectionInput,
    declared?: { readonly as: string; readonly id?: string },
  ): Promise<ConnectionWithSecrets> {
    const { settings, secretChange } = this.#parse(input.platform, input.settings, input.secrets);
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

  /** Throws `NotFound` for an unknown id and for another tenant's. */
  async get(tenantId: string, id: string): Promise<ConnectionWithSecrets> {
    const connection = await this.#repository.findOneBy({ id, tenantId, deletedAt: IsNull() });
    if (connection === null) throw new NotFound({ detail: 'There is no such connection.' });
    return { connection, secrets: openSecrets(this.box, connection) };
  }

  async list(tenantId: string, limit: number, cursor: string | undefined): Promise<Page<ConnectionWithSecrets>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursorKind, ['id'], cursor)[0];
    const rows = await this.#repository.find({
      where: { tenantId, deletedAt: IsNull(), ...(after === undefined ? {} : { id: MoreThan(after) }) },
      order: { id: 'ASC' },
      take: limit + 1,
    });
    return toPage(
      rows,
      limit,
      (row) => encodeCursor(cursorKind, [row.id]),
      (connection) => ({ connection, secrets: openSecrets(this.box, connection) }),
    );
  }

  /** Settings are merged, secrets as `changeSecrets` says. Throws `Conflict` for a declared connection. */
  async change(
    tenantId: string,
    id: string,
    change: Partial<Omit<ConnectionInput, 'platform'>>,
    fromDeclaration = false,
  ): Promise<ConnectionWithSecrets> {
    const found = await this.get(tenantId, id);
    this.#refuseDeclared(found.connection, fromDeclaration);
    const { settings, secretChange } = this.#parse(
      found.connection.platform,
      { ...found.connection.settings, ...change.settings },
      change.secrets ?? {},
    );
    const secrets = changeSecrets(found.secrets, secretChange);
    const changed = {
      name: change.name ?? found.connection.name,
      settings,
      sealedSecrets: sealSecrets(this.box, found.connection, secrets),
    };
    await this.#save(found.connection, changed);
    return this.get(tenantId, id);
  }

  /** The connection stops verifying calls at once; what it stored stays. */
  async remove(tenantId: string, id: string, fromDeclaration = false): Promise<void> {
    const { connection } = await this.get(tenantId, id);
    this.#refuseDeclared(connection, fromDeclaration);
    await this.#save(connection, { deletedAt: databaseClock });
  }

  async #save(
    connection: ConnectionEntity,
    change: Parameters<Repository<ConnectionEntity>['update']>[1],
  ): Promise<void> {
    const result = await this.#repository.update(
      { id: connection.id, sealedSecrets: connection.sealedSecrets, deletedAt: IsNull() },
      { ...change, updatedAt: databaseClock },
    );
    if (result.affected !== 1) {
      throw new Conflict({ detail: 'The connection was changed at the same moment by somebody else; read it again.' });
    }
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
  ): { settings: Record<string, unknown>; secretChange: Record<string, unknown> } {
    const platform = this.platforms.find((candidate) => candidate.id === platformId);
    if (platform === undefined) {
      throw new InvalidInput({
        detail: `This Liaison serves ${this.platforms.map((known) => known.id).join(', ')}.`,
        faults: [{ pointer: '/platform', detail: 'is not served' }],
      });
    }
    return {
      settings: { ...parseWith(platform.settings, settings, '/settings') },
      secretChange: { ...parseWith(platform.secrets, secrets, '/secrets') },
    };
  }

  get #repository(): Repository<ConnectionEntity> {
    return this.dataSource.getRepository(ConnectionEntity);
  }
}
