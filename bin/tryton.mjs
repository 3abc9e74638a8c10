import { createInterface } from 'node:readline';
import { isPrepared, prepare, stageFromCache } from './tryton/cache.mjs';
import { admin, service } from './tryton/company.mjs';
import { NotHere } from './tryton/not-here.mjs';

/*
 * A real Tryton 6.0 to try the connector on, from Debian's packages. They are unpacked into a cache outside of the
 * repository, so nothing is installed on the machine; it runs as processes of its own, beside a Postgres of its own.
 *
 *   node bin/tryton.mjs prepare   makes the cache: packages and a database with a company; about a minute, once
 *   node bin/tryton.mjs serve     starts a copy, says where as one line of JSON, and ends with its standard input, on which
 *                                 the lines `stop` and `start` stop its server and start it again at the same address, each
 *                                 answered by a line of JSON; prepares first where CI is set
 *
 * Where that cannot be, the line of JSON has `absent`, which says why.
 */
const [, , command] = process.argv;
let stage;
const end = async () => {
  await stage?.end();
  process.exit();
};
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => void end());

const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);
const made = () => prepare((making) => (stage = making));

async function serve() {
  const input = createInterface({ input: process.stdin }).once('close', () => void end());
  if (process.env.CI) await made();
  if (!isPrepared()) throw new NotHere('`node bin/tryton.mjs prepare` has not been run');
  stage = stageFromCache();
  await stage.startPostgres();
  const url = await stage.startTryton();
  let turn = Promise.resolve();
  input.on('line', (line) => {
    turn = turn
      .then(() => (line === 'stop' ? stage.stopTryton() : stage.startTryton()))
      .then(() => say({ done: line }));
  });
  say({ url, database: 'tryton', service, admin, postgres: { host: stage.place, database: 'tryton', user: 'tryton' } });
}

try {
  if (command === 'prepare') await made();
  else if (command === 'serve') await serve();
  else throw new Error('usage: node bin/tryton.mjs prepare|serve');
} catch (error) {
  await stage?.end();
  if (!(error instanceof NotHere)) throw error;
  say({ absent: error.message });
  process.exit();
}
