import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { isTransient } from '../common/errors/sql-state.js';
import { LOGGER } from '../common/observability/logger.js';
import { PLATFORMS, type Platform } from '../platforms/platform.js';
import { REGISTRATION_PACE, type RegistrationPace } from './registration-pace.js';
import { RegistrationTable } from './registration-table.js';

/**
 * Has the webhooks of every connection checked as often as they should be, and at once for new and changed connections. Any
 * number of processes may do so at the same time: the database says what is due, and a check that is open is not doubled.
 */
@Injectable()
export class RegistrationWarden {
  readonly #platforms: readonly string[];
  readonly #stopping = new AbortController();
  #loop: Promise<void> = Promise.resolve();

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    @Inject(REGISTRATION_PACE) private readonly pace: RegistrationPace,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly table: RegistrationTable,
  ) {
    this.#platforms = platforms.filter(({ registrations }) => registrations !== undefined).map(({ id }) => id);
  }

  start(): void {
    this.#loop = this.#watch();
  }

  /** Resolves when no more checks are written. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#loop;
  }

  async #watch(): Promise<void> {
    while (!this.#stopping.signal.aborted) {
      try {
        await this.table.enqueueDue(this.#platforms, this.pace.checkEveryMs);
      } catch (error) {
        if (isTransient(error)) this.logger.warn({ reason: String(error) }, 'webhooks wait for the database');
        else this.logger.error({ err: error }, 'webhooks could not be looked after');
      }
      await this.#rest(this.pace.lookEveryMs);
    }
  }

  #rest(ms: number): Promise<void> {
    const { signal } = this.#stopping;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal.addEventListener('abort', done, { once: true });
    });
  }
}
