import { link, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomSecret } from '../../common/security/random.js';
import { ownIdentity, type ProcessIdentity, stillRuns } from './process-identity.js';
import { systemCode, unlessMissing } from './system-error.js';

/** How far the owner has come; only in `ready` may others join, and `released` is as good as dead. */
type OwnerPhase = 'starting' | 'ready' | 'stopping' | 'released';

/** The one process that runs the server of a data directory. */
export interface Owner extends ProcessIdentity {
  readonly phase: OwnerPhase;
}

interface Term {
  readonly number: number;
  /** `undefined`: nobody of this boot wrote it, for records appear whole; a power cut left it. */
  readonly owner: Owner | undefined;
}

const TERM_FILE = /^owner\.(\d+)\.json$/;

/**
 * The right to run the server of one data directory, held by at most one process at a time.
 *
 * Node has no flock, and a lone pid file cannot be broken safely: of two that find it stale, the slower one removes the
 * faster one's new lock. So locks are numbered terms, `owner.<n>.json`, created whole and exclusively (link(2)):
 * - the term with the highest number decides, and that file is never deleted, so the highest number never falls;
 * - term n+1 may be claimed only after the owner of term n was seen dead or released, which is for ever;
 * - who has claimed a term looks again: a higher number means the claim came from an old look, and is given back.
 * Two claims of one number cannot both succeed, and a claim below the highest number never counts.
 *
 * It holds within one machine and one pid namespace: do not share a data directory between running containers.
 */
export class OwnerLock {
  readonly #directory: string;
  readonly #number: number;
  readonly #self = ownIdentity();

  private constructor(directory: string, number: number) {
    this.#directory = directory;
    this.#number = number;
  }

  /** Takes the lock if nobody alive holds it; otherwise says who does. */
  static async acquire(directory: string): Promise<OwnerLock | Owner> {
    for (;;) {
      const current = await highestTerm(directory);
      if (current.owner !== undefined && isInOffice(current.owner)) return current.owner;
      const lock = new OwnerLock(directory, current.number + 1);
      if (!(await lock.#claim())) continue;
      if ((await highestTerm(directory)).number === lock.#number) {
        await lock.#sweep();
        return lock;
      }
      await rm(lock.#file(), { force: true });
    }
  }

  /** Tells the others how far we are. */
  async announce(phase: OwnerPhase): Promise<void> {
    await rename(await this.#draft(phase), this.#file());
  }

  #file(): string {
    return join(this.#directory, `owner.${this.#number}.json`);
  }

  async #draft(phase: OwnerPhase): Promise<string> {
    const file = join(this.#directory, `claim.${randomSecret(9)}`);
    await writeFile(file, JSON.stringify({ ...this.#self, phase }), { mode: 0o644 });
    return file;
  }

  async #claim(): Promise<boolean> {
    const draft = await this.#draft('starting');
    try {
      await link(draft, this.#file());
      return true;
    } catch (error) {
      // EEXIST: somebody was faster. ENOENT: a new owner has swept our draft away.
      if (systemCode(error) === 'EEXIST' || systemCode(error) === 'ENOENT') return false;
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #sweep(): Promise<void> {
    for (const name of await readdir(this.#directory)) {
      const number = termNumber(name);
      if (name.startsWith('claim.') || (number !== undefined && number < this.#number)) {
        await rm(join(this.#directory, name), { force: true });
      }
    }
  }
}

/** Who holds the lock of this directory right now, or `undefined` if nobody alive does. */
export async function currentOwner(directory: string): Promise<Owner | undefined> {
  const { owner } = await highestTerm(directory);
  return owner !== undefined && isInOffice(owner) ? owner : undefined;
}

function isInOffice(owner: Owner): boolean {
  return owner.phase !== 'released' && stillRuns(owner);
}

async function highestTerm(directory: string): Promise<Term> {
  for (;;) {
    const names = (await unlessMissing(readdir(directory))) ?? [];
    const number = Math.max(0, ...names.map((name) => termNumber(name) ?? 0));
    if (number === 0) return { number, owner: undefined };
    const text = await unlessMissing(readFile(join(directory, `owner.${number}.json`), 'utf8'));
    // Missing: a higher term began and swept this one away between our two looks.
    if (text !== undefined) return { number, owner: parseOwner(text) };
  }
}

function termNumber(name: string): number | undefined {
  const digits = TERM_FILE.exec(name)?.[1];
  return digits === undefined ? undefined : Number(digits);
}

function parseOwner(text: string): Owner | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  if (!('pid' in value && 'started' in value && 'phase' in value)) return undefined;
  const { pid, started, phase } = value;
  if (typeof pid !== 'number' || typeof started !== 'string' || !isPhase(phase)) return undefined;
  return { pid, started, phase };
}

function isPhase(value: unknown): value is OwnerPhase {
  return value === 'starting' || value === 'ready' || value === 'stopping' || value === 'released';
}
