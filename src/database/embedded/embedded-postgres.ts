import { setTimeout as delay } from 'node:timers/promises';
import { answers } from './database.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { currentOwner, type Owner, OwnerLock } from './owner-lock.js';
import { createHome, homeOf } from './placement.js';
import { type ServerTerm, serveTerm, type TermOptions } from './server-term.js';
import { readUrl } from './url-file.js';

export interface EmbeddedPostgresOptions {
  /** Liaison's data directory; a relative one counts from the working directory. */
  readonly dataDir: string;
  /** Server settings beyond our own; they win, except over where the server listens. */
  readonly settings?: Readonly<Record<string, string>>;
  /** A directory with `initdb` and `postgres` to use instead of looking for one. */
  readonly binDir?: string;
  /** Hears what a person waiting wants to know; never a secret. */
  readonly report?: (line: string) => void;
}

export interface EmbeddedPostgres {
  /** Holds the password. */
  readonly url: string;
  /** `guest`: another live process owns the server and we joined it; when it stops, so does our database. */
  readonly role: 'owner' | 'guest';
  /** The server's process if we own it; for tests that kill it. */
  readonly postmasterPid: number | undefined;
  /** Owner: shuts the server down and resolves when it has ended. Guest: does nothing. Safe to call again. */
  stop(): Promise<void>;
}

/** A first start on a slow disk, and an owner that is shutting down, are worth waiting for; more is a fault. */
const OWNER_READY_WITHIN_MS = 120_000;
const POLL_MS = 50;

/**
 * Gives a running Postgres for this data directory, with database and role `liaison`, on 127.0.0.1 with a password.
 *
 * The first live process to ask becomes its owner: it creates the cluster if there is none and runs the server, which ends
 * with it, however it ends. Others join as guests, waiting for an owner that is still starting and taking over from one
 * that died. A kill at any moment leaves a state the next start works from, and nothing committed is lost.
 */
export async function startEmbeddedPostgres(options: EmbeddedPostgresOptions): Promise<EmbeddedPostgres> {
  const report = options.report ?? (() => undefined);
  const home = await createHome(options.dataDir);
  const deadline = Date.now() + OWNER_READY_WITHIN_MS;
  let waitsFor: number | undefined;
  for (;;) {
    const result = await OwnerLock.acquire(home);
    if (result instanceof OwnerLock) {
      return asOwner(await serve(result, { home, settings: options.settings ?? {}, binDir: options.binDir, report }));
    }
    const url = result.phase === 'ready' ? await readUrl(home) : undefined;
    // The owner may have died since we looked: only a server that answers is worth joining.
    if (url !== undefined && (await answers(url))) return asGuest(url);
    if (Date.now() > deadline) throw ownerNotReady(home, result);
    if (waitsFor !== result.pid) report(`Waiting for process ${result.pid}, which runs the embedded database…`);
    waitsFor = result.pid;
    await delay(POLL_MS);
  }
}

/** The URL of the running embedded server of a data directory, or `undefined` if none runs. Changes nothing. */
export async function findRunningEmbeddedPostgres(dataDir: string): Promise<string | undefined> {
  const home = homeOf(dataDir);
  const owner = await currentOwner(home);
  return owner?.phase === 'ready' ? readUrl(home) : undefined;
}

async function serve(lock: OwnerLock, options: TermOptions): Promise<ServerTerm> {
  try {
    return await serveTerm(lock, options);
  } catch (error) {
    // Should this fail too, the first error is the one worth knowing, and the lock ends with us.
    await lock.announce('released').catch(() => undefined);
    throw error;
  }
}

function asOwner({ url, postmaster, stop }: ServerTerm): EmbeddedPostgres {
  return { url, role: 'owner', postmasterPid: postmaster.pid, stop };
}

function asGuest(url: string): EmbeddedPostgres {
  return { url, role: 'guest', postmasterPid: undefined, stop: () => Promise.resolve() };
}

function ownerNotReady(home: string, owner: Owner): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'embedded-postgres-owner-not-ready',
    `Process ${owner.pid} runs the embedded database of ${home} but is not ready (${owner.phase}). ` +
      'End that process, then start again, or set DATABASE_URL.',
  );
}
