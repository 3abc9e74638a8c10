import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { isTransient } from '../../common/errors/sql-state.js';
import { LOGGER } from '../../common/observability/logger.js';
import { PLATFORMS, type Platform } from '../../platforms/platform.js';
import { POLL_PACE, type PollPace } from './poll-pace.js';
import { PollTable } from './poll-table.js';

/**
 * Has every CRM that calls nobody asked for what changed as often as it should be. Any number of processes may do so at the same
 * time: the database says what is due, and a question that is open is not doubled.
 */
@Injectable()
export class PollWarden {
  readonly #platforms: readonly string[];
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> = Promise.resolve();

  constructor(
    @Inject(PLATFORMS) platforms: readonly Platform[],
    @Inject(POLL_PACE) private readonly pace: PollPace,
    @Inject(LOGGER) private readonly logger: Logger,
    private readonly table: PollTable,
  ) {
    const polled = platforms.filter(({ connector }) => connector?.pollAtMostEveryMs !== undefined);
    this.#platforms = polled.map(({ id }) => id);
  }

  start(): void {
    this.#timer = setInterval(() => {
      this.#looking = this.#looking.then(() => this.#look());
    }, this.pace.lookEveryMs).unref();
  }

  /** Resolves when no more jobs are written. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#looking;
  }

  async #look(): Promise<void> {
    try {
      await this.table.enqueueDue(this.#platforms, this.pace.everyMs);
    } catch (error) {
      if (isTransient(error)) this.logger.warn({ reason: String(error) }, 'polls wait for the database');
      else this.logger.error({ err: error }, 'polls could not be looked after');
    }
  }
}
