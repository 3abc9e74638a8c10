import { type ToldOnSkypeForBusiness, acmeAsksTheHelpdesk } from './skype-for-business/chapter.js';
import { type Stage } from './stage.js';
import { Storyteller } from './storyteller.js';
import { type Terminal } from './terminal.js';
import { beginTheDeal, type ToldOnWatsonWork, winTheDeal } from './watson-work/chapters.js';
import { acmeHasARoom, type ToldOnWebex } from './webex/chapter.js';

/** What the story leaves to be looked up. */
export interface Told {
  readonly watsonWork: ToldOnWatsonWork;
  readonly webex: ToldOnWebex;
  readonly skypeForBusiness: ToldOnSkypeForBusiness;
}

/** Plays all chapters and waits until the platforms have nothing left to send. */
export async function tellStory(stage: Stage, terminal: Terminal, interrupt: AbortSignal): Promise<Told> {
  const story = new Storyteller(stage.doubles.clock, terminal, interrupt);
  const begun = await beginTheDeal(stage.watsonWork, story);
  const webex = await acmeHasARoom(stage.webex, story, interrupt);
  const watsonWork = await winTheDeal(stage.watsonWork, begun, story);
  const skypeForBusiness = await acmeAsksTheHelpdesk(stage.skypeForBusiness, story);
  return { watsonWork, webex, skypeForBusiness };
}
