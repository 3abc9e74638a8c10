import { setTimeout as delay } from 'node:timers/promises';
import { answers } from './database.js';
import { startEmbeddedPostgres, type EmbeddedPostgres, type EmbeddedPostgresOptions } from './embedded-postgres.js';

export interface SupervisedPostgres {
  /** Stays the same: a server that is started again takes the port it had. */
  readonly url: string;
  /** Ends the supervision, and the server if we own it. */
  stop(): Promise<void>;
}

const LOOK_EVERY_MS = 1_000;

/**
 * Like `startEmbeddedPostgres`, and then keeps the server there: when it dies, or when we are a guest and its owner does,
 * it is started again. Pools reconnect by themselves, because the port stays.
 */
export async function superviseEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<SupervisedPostgres> {
  let current: EmbeddedPostgres = await startEmbeddedPostgres(options);
  const { url } = current;
  const stopping = new AbortController();
  const isStopping = (): boolean => stopping.signal.aborted;
  const watch = async (): Promise<void> => {
    while (!isStopping()) {
      await delay(LOOK_EVERY_MS, undefined, { signal: stopping.signal, ref: false }).catch(() => undefined);
      if (isStopping() || isRunning(current) || (await answers(url))) continue;
      options.report?.('The embedded database does not answer; starting it again.');
      // Lets go of what is left of a server of ours; does nothing for a guest.
      await current.stop().catch(() => undefined);
      if (isStopping()) return;
      try {
        current = await startEmbeddedPostgres(options);
        if (current.url !== url) options.report?.('The embedded database has another port now: restart Liaison.');
      } catch (error) {
        options.report?.(error instanceof Error ? error.message : 'The embedded database could not be started again.');
      }
    }
  };
  const watching = watch();
  return {
    url,
    stop: async () => {
      stopping.abort();
      await watching;
      await current.stop();
    },
  };
}

/** A server of ours that runs is left alone, however busy it is; only a guest has to ask. */
function isRunning({ postmasterPid }: EmbeddedPostgres): boolean {
  if (postmasterPid === undefined) return false;
  try {
    process.kill(postmasterPid, 0);
    return true;
  } catch (error) {
    // Somebody else's process means that the number is in use again.
    return error instanceof Error && 'code' in error && error.code === 'EPERM' && process.getuid?.() !== 0;
  }
}
