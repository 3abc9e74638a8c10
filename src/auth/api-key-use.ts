import { Inject, Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { type Logger } from 'pino';
import { DataSource } from 'typeorm';
import { LOGGER } from '../common/observability/logger.js';

/** How exact the time of last use is: each process writes it at most this often for a key. */
const writeEveryMs = 60_000;

/** Notes when keys were used last, so that one that nobody uses can be found and revoked. */
@Injectable()
export class ApiKeyUse {
  readonly #written = new LRUCache<string, true>({ max: 10_000, ttl: writeEveryMs });

  constructor(
    private readonly dataSource: DataSource,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Notes that the key is used now. Nobody waits for it, and its failure is nobody's but the log's. */
  note(id: string): void {
    if (this.#written.has(id)) return;
    this.#written.set(id, true);
    this.dataSource
      .query(
        `update api_keys set last_used_at = clock_timestamp()
         where id = $1 and (last_used_at is null or last_used_at < clock_timestamp() - $2 * interval '1 millisecond')`,
        [id, writeEveryMs],
      )
      .catch((error: unknown) => {
        this.#written.delete(id);
        this.logger.warn({ err: error, keyId: id }, 'the use of an API key could not be noted');
      });
  }
}
