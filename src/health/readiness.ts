import { Inject, Injectable } from '@nestjs/common';
import { type Pool } from 'pg';
import { ACK_POOL } from '../database/ack-pool.js';
import { DatabaseLifecycle } from '../database/database-lifecycle.js';

/** A database that takes longer than this to say anything is not one that deliveries can wait for. */
const probeMs = 1_000;

/** Whether this process can do its work. */
@Injectable()
export class Readiness {
  #stopping = false;

  constructor(
    private readonly database: DatabaseLifecycle,
    @Inject(ACK_POOL) private readonly ackPool: Pool,
  ) {}

  /** From now on the process is not ready, so that balancers send calls elsewhere. */
  announceStop(): void {
    this.#stopping = true;
  }

  /** A short word for operators, or undefined when all is well. Asks through the pool that deliveries use. */
  async reasonNotReady(): Promise<string | undefined> {
    if (this.#stopping) return 'stopping';
    if (!this.database.ready) return 'database-not-ready';
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      timer = setTimeout(() => reject(new Error('the database did not answer in time')), probeMs);
    });
    try {
      await Promise.race([this.ackPool.query('select 1'), late]);
      return undefined;
    } catch {
      return 'database-unreachable';
    } finally {
      clearTimeout(timer);
    }
  }
}
