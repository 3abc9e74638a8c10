import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/*
 * `npm run api`: what follows from a change of the API and is kept in files. Records the examples of the OpenAPI document
 * from a running service, then makes the types of the client from the document.
 */
const root = fileURLToPath(new URL('..', import.meta.url));

function vitest(args, env = {}) {
  const command = [fileURLToPath(new URL('../node_modules/vitest/vitest.mjs', import.meta.url)), 'run', ...args];
  const { status } = spawnSync(process.execPath, command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...env },
  });
  if (status !== 0) process.exit(status ?? 1);
}

vitest(['--project', 'e2e', 'test/e2e/api-answers.e2e-spec.ts'], { LIAISON_RECORD_EXAMPLES: 'true' });
vitest(['--project', 'contract', 'test/contract/openapi.contract-spec.ts', '--update']);
