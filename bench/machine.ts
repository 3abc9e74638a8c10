import { open, readFile, rm } from 'node:fs/promises';
import { availableParallelism, cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client } from 'pg';
import { spreadOf } from './statistics.js';

/** Linux counts CPU time of processes in hundredths of a second. */
const tickUs = 10_000;

/** CPU time that the whole machine has spent so far, on anything, in microseconds. */
export function busyUs(): number {
  return cpus().reduce((sum, { times }) => sum + (times.user + times.nice + times.sys + times.irq) * 1_000, 0);
}

/** What the table is headed by. */
export function describeMachine(): { readonly cpu: string; readonly cores: number; readonly node: string } {
  return { cpu: cpus()[0]?.model.trim() ?? 'unknown', cores: availableParallelism(), node: process.version };
}

/** The process above the one that serves us, where it is a Postgres on this machine; undefined where we cannot know. */
export async function postmasterOf(url: string): Promise<number | undefined> {
  if (!['127.0.0.1', 'localhost', '[::1]'].includes(new URL(url).hostname)) return undefined;
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const status = await readFile(`/proc/${rows[0]?.pid ?? 0}/status`, 'utf8');
    const parent = /^PPid:\s*(\d+)$/m.exec(status)?.[1];
    // A number from another container may belong to anybody.
    return /^Name:\s*postgres$/m.test(status) && parent !== undefined ? Number(parent) : undefined;
  } catch {
    return undefined;
  } finally {
    await client.end();
  }
}

/** CPU time of a Postgres server so far: its first process, those it runs and those that have ended. */
export async function postgresUs(postmasterPid: number | undefined): Promise<number | undefined> {
  if (postmasterPid === undefined) return undefined;
  try {
    const children = await readFile(`/proc/${postmasterPid}/task/${postmasterPid}/children`, 'utf8');
    const own = await ticksOf(postmasterPid);
    const living = await Promise.all(
      children
        .split(' ')
        .filter((pid) => /^\d+$/.test(pid))
        .map((pid) => ticksOf(Number(pid)).then((ticks) => ticks.own, neverWas)),
    );
    return (own.own + own.reaped + living.reduce((sum, ticks) => sum + ticks, 0)) * tickUs;
  } catch {
    return undefined;
  }
}

/** A process that ended while we looked. */
function neverWas(): number {
  return 0;
}

async function ticksOf(pid: number): Promise<{ own: number; reaped: number }> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  // Fields are counted from behind the name, which may hold spaces (proc(5): utime, stime, cutime, cstime).
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (index: number): number => Number(fields[index]);
  return { own: ticks(11) + ticks(12), reaped: ticks(13) + ticks(14) };
}

const quietCores = 0.35;
const lookMs = 250;

/** Waits until the machine does next to nothing, at most so long: neighbours are the largest error of all. */
export async function waitForQuiet(atMostMs: number): Promise<void> {
  const deadline = performance.now() + atMostMs;
  while (performance.now() < deadline) {
    const before = busyUs();
    await delay(lookMs);
    if ((busyUs() - before) / (lookMs * 1_000) < quietCores) return;
  }
}

/** Milliseconds that writing 8 KB and making it durable takes in this directory; median of thirty. */
export async function fsyncProbe(directory: string): Promise<number> {
  const path = join(directory, 'fsync-probe');
  const file = await open(path, 'w');
  try {
    const block = Buffer.alloc(8_192, 1);
    const times: number[] = [];
    for (let index = 0; index < 30; index++) {
      const started = performance.now();
      await file.write(block, 0, block.length, index * block.length);
      await file.datasync();
      times.push(performance.now() - started);
    }
    return spreadOf(times)?.median ?? 0;
  } finally {
    await file.close();
    await rm(path);
  }
}
