import { Inject, Injectable } from '@nestjs/common';
import { type Logger } from 'pino';
import { LOGGER } from '../common/observability/logger.js';
import { ApiKeyLogin } from './api-key-login.js';
import { type Caller } from './caller.js';

const checkEveryMs = 2_000;

interface Watched {
  readonly caller: Caller;
  readonly onEnd: () => void;
}

/**
 * Watches the callers of answers that take long: their key may be revoked, or their JWT may expire, meanwhile. One query
 * every two seconds serves all of them together, and none is made while nobody is watched.
 */
@Injectable()
export class CallerWatch {
  readonly #watched = new Set<Watched>();
  #timer: NodeJS.Timeout | undefined;
  #checking = false;

  constructor(
    private readonly apiKeys: ApiKeyLogin,
    @Inject(LOGGER) private readonly logger: Logger,
  ) {}

  /** Calls `onEnd` once, within some seconds after the caller is no longer let in. Answers how to end the watch. */
  watch(caller: Caller, onEnd: () => void): () => void {
    const watched = { caller, onEnd };
    this.#watched.add(watched);
    this.#timer ??= setInterval(() => void this.#check(), checkEveryMs).unref();
    return () => {
      this.#watched.delete(watched);
      if (this.#watched.size > 0) return;
      clearInterval(this.#timer);
      this.#timer = undefined;
    };
  }

  async #check(): Promise<void> {
    if (this.#checking) return;
    this.#checking = true;
    try {
      const watched = [...this.#watched];
      const keyIds = new Set(watched.flatMap(({ caller }) => caller.keyId ?? []));
      const valid = keyIds.size === 0 ? keyIds : await this.apiKeys.validAmong([...keyIds]);
      const now = new Date();
      for (const one of watched) {
        const { keyId, expiresAt } = one.caller;
        const isIn = (keyId === undefined || valid.has(keyId)) && (expiresAt === undefined || expiresAt > now);
        if (!isIn && this.#watched.delete(one)) one.onEnd();
      }
    } catch (error) {
      // Without the database nothing is told to them either; the next look decides.
      this.logger.warn({ err: error }, 'it could not be checked whether keys are still valid');
    } finally {
      this.#checking = false;
    }
  }
}
