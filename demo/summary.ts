import { type Check } from './check.js';
import { everythingIsDone, nothingIsDoubled, rebuildIsEqual } from './checks.js';
import { printArrivals, printFigures } from './figures.js';
import { readPlatform } from './platform-reading.js';
import { checkSkypeForBusiness } from './skype-for-business/checks.js';
import { showSkypeForBusiness } from './skype-for-business/summary.js';
import { type Stage } from './stage.js';
import { type Told } from './story.js';
import { type Terminal } from './terminal.js';
import { checkWatsonWork } from './watson-work/checks.js';
import { showWatsonWork } from './watson-work/summary.js';
import { checkWebex } from './webex/checks.js';
import { showWebex } from './webex/summary.js';

/** Where to look further, and whether all was as it should be. */
export interface Outcome {
  readonly asExpected: boolean;
  readonly spaceId: string;
  readonly messageId: string;
  readonly deadLetterId: string | undefined;
}

/** Reads back what the service made of the story, prints it, and checks it against what the platforms know. */
export async function summarize(stage: Stage, told: Told, terminal: Terminal): Promise<Outcome> {
  const { api } = stage;
  const isDone = await everythingIsDone(stage);
  const metrics = await api.metrics();
  const watsonWork = await readPlatform(api, 'Watson Work', stage.watsonWork.connection);
  const webex = await readPlatform(api, 'Webex', stage.webex.connection, stage.webex.consents);
  const skypeForBusiness = await readPlatform(api, 'Skype for Business', stage.skypeForBusiness.connection);
  const platforms = [watsonWork, webex, skypeForBusiness];
  terminal.heading('What arrived, and what became of it');
  printArrivals(platforms, metrics, terminal);
  terminal.heading('All three together, as the service has counted (GET /metrics)');
  printFigures(platforms, metrics, terminal);

  const onWatsonWork = await showWatsonWork(stage.watsonWork, told.watsonWork, watsonWork, terminal);
  const onWebex = await showWebex(stage.webex, told.webex, webex, terminal);
  const onSkype = showSkypeForBusiness(told.skypeForBusiness, skypeForBusiness, terminal);

  terminal.heading('What is proven');
  const proven = new Map<string, readonly Check[]>([
    ['All three together', [isDone, nothingIsDoubled(stage, told, platforms, metrics), await rebuildIsEqual(stage)]],
    ['Watson Work', await checkWatsonWork(stage.watsonWork, told.watsonWork, onWatsonWork, metrics)],
    ['Webex', checkWebex(stage.webex, told.webex, onWebex, metrics)],
    ['Skype for Business', checkSkypeForBusiness(stage.skypeForBusiness, told.skypeForBusiness, onSkype, metrics)],
  ]);
  for (const [about, checks] of proven) {
    terminal.faint(about);
    for (const { claim, holds } of checks) terminal.check(claim, holds);
  }
  return {
    asExpected: [...proven.values()].flat().every(({ holds }) => holds),
    spaceId: onWatsonWork.deal.space.id,
    messageId: onWatsonWork.quote.id,
    deadLetterId: onWatsonWork.deadLetters[0]?.id,
  };
}
