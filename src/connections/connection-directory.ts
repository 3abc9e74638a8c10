import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';
import { SecretBox } from '../common/security/secret-box.js';
import { firstRowOf, rowsOf } from '../database/rows.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { audienceOf } from './audience.js';
import { openSecrets } from './connection-secrets.js';
import { OpenConnection } from './open-connection.js';

interface ConnectionRow {
  readonly id: string;
  readonly tenantId: string;
  readonly platform: string;
  readonly settings: Record<string, unknown>;
  readonly sealedSecrets: string;
  readonly updatedAt: Date;
  readonly deletedAt: Date | null;
}

const columns = `
  id, tenant_id as "tenantId", platform, settings, sealed_secrets as "sealedSecrets", updated_at as "updatedAt",
  deleted_at as "deletedAt"`;

/** How often changes made by other processes are picked up. */
const refreshMs = 2_000;
/** A transaction that commits late may carry an older `updated_at`; statements end long before this overlap does. */
const overlapMs = 60_000;
/** An unknown id makes at most one query in this time, however many such calls come in. */
const unknownCooldownMs = 1_000;
/** A database that hangs must not keep callers of unknown ids waiting. */
const unknownDeadlineMs = 1_000;

/**
 * All connections in memory. Verifying a call, good or bad, costs no database query: changes come by a poll, and an id
 * that is not known asks the database at most once a second for all callers together.
 */
@Injectable()
export class ConnectionDirectory {
  readonly #open = new Map<string, OpenConnection>();
  readonly #closed = new Set<string>();
  readonly #versions = new Map<string, string>();
  #loaded = false;
  #seenUpTo: Date | undefined;
  #lastUnknownMs = Number.NEGATIVE_INFINITY;
  #refreshing: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly dataSource: DataSource,
    private readonly box: SecretBox,
    @Inject(LOGGER) private readonly logger: Logger,
    @Inject(PLATFORMS) private readonly platforms: readonly Platform[],
  ) {}

  /** Whether the connections have been loaded once; before that, nothing can be said about any call. */
  get loaded(): boolean {
    return this.#loaded;
  }

  /** Loads everything and keeps it fresh until `stop`. */
  async start(): Promise<void> {
    await this.refresh();
    this.#timer = setInterval(() => {
      this.refresh().catch((error: unknown) => {
        this.logger.warn({ err: error }, 'connections could not be refreshed; the known ones stay in use');
      });
    }, refreshMs).unref();
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  /** The connection of that id and of one of those platforms, without waiting where it is known. */
  find(platforms: ReadonlySet<string>, id: string): OpenConnection | undefined {
    const connection = this.#open.get(id);
    return connection !== undefined && platforms.has(connection.platform) ? connection : undefined;
  }

  /** The connection of that id, as far as this process knows it. */
  get(id: string): OpenConnection | undefined {
    return this.#open.get(id);
  }

  /** Whether the connection is there and its secrets cannot be opened here, for want of a master key: another process may. */
  isClosed(id: string): boolean {
    return this.#closed.has(id);
  }

  /** The same for an id of which another process may know more: one that is not known here is looked for. */
  async getCurrent(id: string): Promise<OpenConnection | undefined> {
    if (!this.#open.has(id)) await this.refresh();
    return this.#open.get(id);
  }

  /**
   * The same also for one that was removed, for what must be taken back with its secrets. Throws `SecretBoxError` where they
   * cannot be opened.
   */
  async getEvenRemoved(id: string): Promise<OpenConnection | undefined> {
    const known = this.#open.get(id);
    if (known !== undefined) return known;
    const row = await firstRowOf<ConnectionRow>(this.dataSource, `select ${columns} from connections where id = $1`, [
      id,
    ]);
    return row === undefined ? undefined : this.#opened(row);
  }

  /** Like `find`, for an id that is not known: asks the database, at most once a second for everybody. */
  async findFresh(platforms: ReadonlySet<string>, id: string): Promise<OpenConnection | undefined> {
    const now = performance.now();
    const mayAsk = now - this.#lastUnknownMs >= unknownCooldownMs;
    // Calls that come while somebody asks wait for that answer; the first of a burst must not speak for all.
    if (!mayAsk && this.#refreshing === undefined) return undefined;
    if (mayAsk) this.#lastUnknownMs = now;
    try {
      await within(unknownDeadlineMs, mayAsk ? this.refresh() : (this.#following ?? this.#refreshing));
    } catch {
      // The database is away: what is not known stays unknown, and the caller gets the same answer as always.
    }
    return this.find(platforms, id);
  }

  /**
   * Takes in all changes that were committed before this call. One query runs at a time; who comes while one is under way,
   * which may have missed their change, shares the next one.
   */
  refresh(): Promise<void> {
    if (this.#refreshing !== undefined) {
      this.#following ??= this.#refreshing
        .catch(() => undefined)
        .then(() => {
          this.#following = undefined;
          return this.refresh();
        });
      return this.#following;
    }
    this.#refreshing = this.#load().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #load(): Promise<void> {
    const since = this.#seenUpTo === undefined ? new Date(0) : new Date(this.#seenUpTo.getTime() - overlapMs);
    const rows = await rowsOf<ConnectionRow>(
      this.dataSource,
      `select ${columns} from connections where updated_at >= $1 order by updated_at`,
      [since],
    );
    for (const row of rows) this.#take(row);
    this.#loaded = true;
    this.#seenUpTo = rows.at(-1)?.updatedAt ?? this.#seenUpTo;
  }

  #take(row: ConnectionRow): void {
    const version = `${row.updatedAt.getTime()} ${row.sealedSecrets}`;
    if (this.#versions.get(row.id) === version) return;
    this.#closed.delete(row.id);
    if (row.deletedAt !== null) this.#open.delete(row.id);
    else {
      try {
        this.#open.set(row.id, this.#opened(row));
      } catch (error) {
        // Fails closed: without its secrets a connection verifies nothing.
        this.#open.delete(row.id);
        this.#closed.add(row.id);
        this.logger.error({ err: error, connectionId: row.id }, 'the secrets of a connection cannot be opened');
      }
    }
    this.#versions.set(row.id, version);
  }

  #opened(row: ConnectionRow): OpenConnection {
    const { id, tenantId, platform, settings } = row;
    const audience = audienceOf(this.platforms, row);
    return new OpenConnection(id, tenantId, platform, settings, audience, openSecrets(this.box, row));
  }
}

async function within(ms: number, work: Promise<void> | undefined): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
