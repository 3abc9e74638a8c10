import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { must } from './commands.mjs';
import { admin, setUpCompany } from './company.mjs';
import { unpackPackages } from './packages.mjs';
import { Stage } from './stage.mjs';

/** Another one whenever what is made changes. */
const form = '1';
const forUser = process.env.XDG_CACHE_HOME ?? (process.getuid?.() === 0 ? '/var/cache' : join(homedir(), '.cache'));
const home = join(forUser, 'liaison-tryton');
const made = join(home, form);

/** The cache is whole or not there. */
export function isPrepared() {
  return existsSync(made);
}

/** Makes the cache where there is none; of several that want to, one does it and the others wait. */
export async function prepare(onStage) {
  mkdirSync(home, { recursive: true });
  const release = await lock();
  try {
    if (!isPrepared()) await make(onStage);
  } finally {
    release();
  }
}

async function make(onStage) {
  const making = join(home, 'making');
  const root = join(making, 'root');
  rmSync(making, { recursive: true, force: true });
  let stage;
  try {
    unpackPackages(root);
    stage = new Stage(root);
    onStage(stage);
    await stage.makeDatabase();
    stage.activateModules(admin.password);
    await setUpCompany(await stage.startTryton());
    await stage.stop();
    must('tar', ['-cf', join(making, 'data.tar'), '-C', stage.place, 'data']);
    renameSync(making, made);
  } finally {
    await stage?.end();
    rmSync(making, { recursive: true, force: true });
  }
}

/** A copy of the prepared database on a stage of its own. */
export function stageFromCache() {
  const stage = new Stage(join(made, 'root'));
  must('tar', ['-xpf', join(made, 'data.tar'), '-C', stage.place]);
  return stage;
}

async function lock() {
  const file = join(home, 'lock');
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
      if (!isAlive(Number(readFileSync(file, 'utf8')))) rmSync(file, { force: true });
      else await delay(500);
    }
  }
}

function isAlive(pid) {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
