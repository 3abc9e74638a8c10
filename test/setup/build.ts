import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Compiles once, before tests start processes that would each find the build stale. */
export default function build(): void {
  const script = fileURLToPath(new URL('../../bin/build-if-stale.mjs', import.meta.url));
  const code = `const { built } = await import(${JSON.stringify(script)}); built('src/main.js');`;
  const result = spawnSync(process.execPath, ['--input-type=module', '-e', code], { stdio: 'inherit' });
  if (result.status !== 0) throw new Error('the build failed');
}
