import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

function newestSourceTime(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return 0;
  if (!stat.isDirectory()) return /(?<!\.spec)\.ts$|\.json$/.test(path) ? stat.mtimeMs : 0;
  return Math.max(0, ...readdirSync(path).map((name) => newestSourceTime(join(path, name))));
}

function compile(compiler, ...args) {
  const script = createRequire(join(root, 'package.json')).resolve(compiler);
  const result = spawnSync(process.execPath, [script, ...args], { cwd: root, stdio: ['ignore', 'inherit', 'inherit'] });
  if (result.status !== 0) process.exit(result.status ?? 1);
}

/**
 * Compiles when the sources are newer than the last build. An image that ships `dist` without sources is never rebuilt.
 * Answers the absolute path of a built file.
 */
export function built(file) {
  const marker = join(root, 'dist/build.tsbuildinfo');
  const sources = [
    'src',
    'simulators',
    'demo',
    'test/processes',
    'test/setup',
    'bench',
    'test/crash',
    'packages/client/src',
    'ormconfig.ts',
    'tsconfig.json',
    'tsconfig.build.json',
  ];
  if (existsSync(join(root, 'src'))) {
    const builtAt = statSync(marker, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    if (Math.max(...sources.map((source) => newestSourceTime(join(root, source)))) > builtAt) {
      compile('@nestjs/cli/bin/nest.js', 'build');
      compile('typescript/bin/tsc', '-p', 'packages/client');
      // The compiler leaves the marker alone where nothing of substance has changed.
      const now = new Date();
      utimesSync(marker, now, now);
    }
  }
  return new URL(file, new URL('../dist/', import.meta.url)).href;
}
