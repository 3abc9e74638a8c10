import { readFile } from 'node:fs/promises';
import { type Profiler } from 'node:inspector';

const shownFunctions = 25;
const shownGroups = 20;

/**
 * Who had the CPU, as a share of busy time: groups (a folder of ours, a package, a part of Node), the functions of ours
 * on whose behalf libraries worked, and single functions.
 */
export async function describeProfile(path: string): Promise<string> {
  // Written by `ProfileRecorder` in the format of the inspector.
  const profile = JSON.parse(await readFile(path, 'utf8')) as Profiler.Profile;
  const selfUs = selfTimes(profile);
  const functions = new Map<string, number>();
  const groups = new Map<string, number>();
  const owners = new Map<string, number>();
  const ownerOf = ownersOf(profile);
  let busy = 0;
  for (const { id, callFrame } of profile.nodes) {
    const us = selfUs.get(id) ?? 0;
    if (us === 0 || callFrame.functionName === '(idle)') continue;
    busy += us;
    const group = groupOf(callFrame);
    const name = `${callFrame.functionName || '(anonymous)'}  [${group}]`;
    functions.set(name, (functions.get(name) ?? 0) + us);
    groups.set(group, (groups.get(group) ?? 0) + us);
    const owner = ownerOf.get(id) ?? 'none of ours';
    owners.set(owner, (owners.get(owner) ?? 0) + us);
  }
  return [
    `Busy ${(busy / 1_000).toFixed(0)} ms of ${((profile.endTime - profile.startTime) / 1_000).toFixed(0)} ms. ${path}`,
    '',
    'Groups by self time:',
    ...topOf(groups, busy, shownGroups),
    '',
    'Time of the nearest function of ours, with all libraries below it:',
    ...topOf(owners, busy, shownGroups),
    '',
    'Functions by self time:',
    ...topOf(functions, busy, shownFunctions),
  ].join('\n');
}

function selfTimes(profile: Profiler.Profile): Map<number, number> {
  const times = new Map<number, number>();
  const { samples = [], timeDeltas = [] } = profile;
  for (const [index, id] of samples.entries()) {
    // A sample lasts until the next one.
    times.set(id, (times.get(id) ?? 0) + Math.max(timeDeltas[index + 1] ?? 0, 0));
  }
  return times;
}

/** For each node the closest function up its stack that is ours. */
function ownersOf({ nodes }: Profiler.Profile): Map<number, string> {
  const owners = new Map<number, string>();
  // A parent comes before its children.
  for (const { id, callFrame, children = [] } of nodes) {
    const ours = /\/dist\/(?:src|bench)\/(.*)\.js$/.exec(callFrame.url)?.[1];
    if (ours !== undefined) owners.set(id, `${callFrame.functionName || '(anonymous)'}  [${ours}]`);
    const owner = owners.get(id);
    if (owner !== undefined) for (const child of children) owners.set(child, owner);
  }
  return owners;
}

function groupOf({ url, functionName }: Profiler.Profile['nodes'][number]['callFrame']): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native';
  if (url.startsWith('node:')) return url.split('/').slice(0, 2).join('/');
  const afterModules = url.split('/node_modules/').at(-1);
  if (afterModules !== undefined && afterModules !== url) {
    const [scope = '', name = ''] = afterModules.split('/');
    return scope.startsWith('@') ? `${scope}/${name}` : scope;
  }
  return url.split('/dist/').at(-1)?.split('/').slice(0, 3).join('/') ?? url;
}

function topOf(times: ReadonlyMap<string, number>, busy: number, count: number): string[] {
  return [...times]
    .sort(([, a], [, b]) => b - a)
    .slice(0, count)
    .map(([name, us]) => `  ${((us / busy) * 100).toFixed(1).padStart(5)} %  ${name}`);
}
