import { parseArgs } from 'node:util';
import { LiaisonError } from '../src/common/errors/liaison-error.js';
import { CleanUp } from './clean-up.js';
import { keepTheCrmInStep } from './crm/epilogue.js';
import { calledHosts, startDoubles } from './doubles.js';
import { demoSettings } from './settings.js';
import { setStage } from './stage.js';
import { tellStory } from './story.js';
import { summarize } from './summary.js';
import { Terminal } from './terminal.js';
import { printWayOn } from './way-on.js';

const usage = `npm run demo [-- --exit]

Plays a story of two teams and a deal on three platforms against a service of its own, shows what the service made of it,
and stays up.
  --exit   end after the story: 0 when everything was as it should be, 1 when not

Without DATABASE_URL and LIAISON_DATA_DIR nothing is left behind. PORT (3000) is where it listens.`;

/** Aborts at the first Ctrl-C; a second one ends the process at once. */
function interruption(): AbortSignal {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(name, () => {
      if (interrupt.signal.aborted) process.exit(130);
      interrupt.abort();
    });
  }
  // Whoever read along has gone, as in `npm run demo | head`.
  process.stdout.on('error', () => interrupt.abort());
  return interrupt.signal;
}

async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
}

/** Plays the demo; answers the exit code. */
async function demo(exit: boolean): Promise<number> {
  const interrupt = interruption();
  const terminal = new Terminal(process.stdout, process.env['NO_COLOR']);
  const cleanUp = new CleanUp();
  try {
    const doubles = await startDoubles(cleanUp);
    const settings = await demoSettings(process.env, calledHosts(doubles), cleanUp);
    const stage = await setStage(settings, doubles, { terminal, cleanUp, interrupt });
    const told = await tellStory(stage, terminal, interrupt);
    const outcome = await summarize(stage, told, terminal);
    const inStep = await keepTheCrmInStep(stage, outcome.spaceId, terminal);
    for (const { claim, holds } of inStep) terminal.check(claim, holds);
    printWayOn(stage, outcome, terminal);
    if (!exit) {
      terminal.text('Still running; Ctrl-C ends it.');
      await untilAborted(interrupt);
      terminal.text('');
    }
    return outcome.asExpected && inStep.every(({ holds }) => holds) ? 0 : 1;
  } catch (error) {
    if (interrupt.aborted) return 130;
    throw error;
  } finally {
    terminal.faint('Stopping …');
    await cleanUp.run();
  }
}

function report(error: unknown): void {
  // What an operator can mend is one line; anything else shows where it comes from.
  const isKnown = error instanceof LiaisonError || (error instanceof Error && 'code' in error);
  console.error(isKnown ? `demo: ${error.message}` : error);
}

try {
  const { values } = parseArgs({ options: { exit: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } });
  if (values.help === true) console.log(usage);
  else process.exitCode = await demo(values.exit === true);
} catch (error) {
  report(error);
  process.exitCode = 1;
}
