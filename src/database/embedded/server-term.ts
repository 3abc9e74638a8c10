import { rm } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { type Binaries, findBinaries } from './binaries.js';
import { type Cluster, createCluster, dataDirOf, readCluster, requireSameMajor } from './cluster.js';
import { databaseUrl, ensureDatabase } from './database.js';
import { EmbeddedPostgresError } from './embedded-postgres-error.js';
import { endLeftoverServer } from './leftover-server.js';
import { type OwnerLock } from './owner-lock.js';
import { placeCluster, type Placement } from './placement.js';
import { choosePort, keepPort } from './port.js';
import { type Postmaster, PostmasterFailed, startPostmaster } from './postmaster.js';
import { urlFile, writeUrl } from './url-file.js';

/** What a term of office needs to know. */
export interface TermOptions {
  readonly home: string;
  readonly settings: Readonly<Record<string, string>>;
  readonly binDir: string | undefined;
  readonly report: (line: string) => void;
}

/** A server that runs because we run it. */
export interface ServerTerm {
  readonly url: string;
  readonly postmaster: Postmaster;
  readonly stop: () => Promise<void>;
}

const RETRY_WITHIN_MS = 20_000;
const RETRY_EVERY_MS = 200;

/** Somebody took the port between our look and the bind. */
const PORT_TAKEN = /could not bind|address already in use|could not create any TCP\/IP sockets/i;

/** Processes of a killed server still hold its memory; they notice within seconds. */
const STILL_IN_USE = /pre-existing shared memory block|lock file ".*" already exists/i;

/** Does all that the owner of the lock does between getting it and giving it back. */
export async function serveTerm(lock: OwnerLock, options: TermOptions): Promise<ServerTerm> {
  const { home, report } = options;
  // What it says is about a server of an earlier term.
  await rm(urlFile(home), { force: true });
  const placement = await placeCluster(home);
  const existing = await readCluster(placement.root);
  if (existing !== undefined) await endLeftoverServer(dataDirOf(placement.root));
  const binaries = await findBinaries(options.binDir, placement);
  const cluster = existing ?? (await prepare(placement, binaries, options));
  await requireSameMajor(cluster, binaries);

  const { postmaster, port } = await start(placement, binaries, cluster, options);
  try {
    await ensureDatabase(port, cluster.password);
    const url = databaseUrl(port, cluster.password);
    await keepPort(home, port);
    await writeUrl(home, url);
    await lock.announce('ready');
    report(`The embedded database is ready on 127.0.0.1:${port}.`);
    return { url, postmaster, stop: endOf(lock, home, postmaster, report) };
  } catch (error) {
    await postmaster.stop();
    throw error;
  }
}

/** `fsync=off` says that the data may be lost, so then the first start need not wait for the disk either. */
async function prepare(placement: Placement, binaries: Binaries, options: TermOptions): Promise<Cluster> {
  options.report(`Preparing the embedded database in ${placement.root} (first start only)…`);
  return createCluster(placement, binaries, options.settings['fsync'] !== 'off');
}

async function start(
  placement: Placement,
  binaries: Binaries,
  cluster: Cluster,
  { home, settings, report }: TermOptions,
): Promise<{ postmaster: Postmaster; port: number }> {
  const deadline = Date.now() + RETRY_WITHIN_MS;
  for (;;) {
    const port = await choosePort(home);
    try {
      const options = { binaries, user: placement.user, home, dataDir: cluster.dataDir, port, settings };
      return { postmaster: await startPostmaster(options), port };
    } catch (error) {
      if (!(error instanceof PostmasterFailed)) throw error;
      const passing = PORT_TAKEN.test(error.message) || STILL_IN_USE.test(error.message);
      if (!passing || Date.now() > deadline) throw startFailed(error);
      report('The embedded database cannot start yet, trying again…');
      await delay(RETRY_EVERY_MS);
      // A server whose owner was killed in the very act of starting it can come up after we have looked for it.
      if (STILL_IN_USE.test(error.message)) await endLeftoverServer(cluster.dataDir);
    }
  }
}

function startFailed(cause: PostmasterFailed): EmbeddedPostgresError {
  return new EmbeddedPostgresError(
    'embedded-postgres-start-failed',
    `The embedded database did not start: ${cause.message} Remove the cause, or set DATABASE_URL to a Postgres server.`,
    { cause },
  );
}

/** The way out of office, taken once: by `stop`, or when the server ends by itself, so that the next start finds it free. */
function endOf(
  lock: OwnerLock,
  home: string,
  postmaster: Postmaster,
  report: (line: string) => void,
): () => Promise<void> {
  let ended: Promise<void> | undefined;
  const end = async (): Promise<void> => {
    // In this order nobody can join a server that is going.
    try {
      await lock.announce('stopping');
      await rm(urlFile(home), { force: true });
    } finally {
      await postmaster.stop();
    }
    await lock.announce('released');
  };
  void postmaster.exited.then(() => {
    if (ended !== undefined) return;
    report('The embedded database stopped by itself; see server.log. Start Liaison again.');
    // Nobody waits for this; a failure (the directory was removed) leaves a lock that ends with us.
    ended = end().catch(() => undefined);
  });
  return () => (ended ??= end());
}
