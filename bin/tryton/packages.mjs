import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { must, said } from './commands.mjs';
import { NotHere } from './not-here.mjs';

const wanted = ['tryton-server', 'tryton-modules-sale-opportunity', 'python3-psycopg2', 'postgresql'];
const plan = ['install', '--simulate', '--no-install-recommends', ...wanted];

/**
 * Unpacks into `root` what Debian would install beside what there is, and installs nothing. Throws `NotHere` where the
 * packages cannot be had or are not those of Tryton 6.0.
 */
export function unpackPackages(root) {
  if (!existsSync('/usr/bin/python3')) throw new NotHere('there is no /usr/bin/python3');
  if (!fetchPackages(`${root}.debs`)) {
    // The lists of a machine may be missing or out of date.
    said('apt-get', ['update']);
    if (!fetchPackages(`${root}.debs`)) throw new NotHere('the packages are not to be had by apt-get');
  }
  const policy = said('apt-cache', ['policy', 'tryton-server']) ?? '';
  if (!/Candidate: 6\.0\./.test(policy)) throw new NotHere('the packages are not those of Tryton 6.0');
  mkdirSync(root, { recursive: true });
  for (const deb of readdirSync(`${root}.debs`)) must('dpkg', ['--extract', join(`${root}.debs`, deb), root]);
  rmSync(`${root}.debs`, { recursive: true });
}

/** Whether the folder has them all. */
function fetchPackages(folder) {
  const steps = said('apt-get', plan);
  if (steps === undefined) return false;
  const names = [...steps.matchAll(/^Inst (\S+)/gm)].map(([, name]) => name);
  mkdirSync(folder, { recursive: true });
  return names.length === 0 || said('apt-get', ['download', '--quiet', ...names], { cwd: folder }) !== undefined;
}

/** A program of Tryton, unpacked or installed. */
export function programOf(root, name) {
  const unpacked = join(root, 'usr/bin', name);
  return existsSync(unpacked) ? unpacked : join('/usr/bin', name);
}

/** The folder with the programs of the newest Postgres, installed or unpacked. */
export function postgresIn(root) {
  for (const folder of ['/usr/lib/postgresql', join(root, 'usr/lib/postgresql')]) {
    const versions = existsSync(folder) ? readdirSync(folder).sort((a, b) => Number(b) - Number(a)) : [];
    const found = versions
      .map((version) => join(folder, version, 'bin'))
      .find((bin) => existsSync(join(bin, 'postgres')));
    if (found !== undefined) return found;
  }
  throw new NotHere('there is no Postgres server');
}

/** Where the unpacked programs find the rest of them. */
export function environmentOf(root) {
  const machine = must('uname', ['-m']).trim();
  return {
    PATH: process.env.PATH,
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    PYTHONPATH: join(root, 'usr/lib/python3/dist-packages'),
    LD_LIBRARY_PATH: join(root, `usr/lib/${machine}-linux-gnu`),
  };
}
