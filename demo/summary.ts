import { type DeliveryDto } from '../src/lanes/delivery.dto.js';
import { checkStory } from './checks.js';
import { drained } from './drained.js';
import { printFigures } from './figures.js';
import { printHistory } from './history-view.js';
import { Names } from './names.js';
import { readSpaces, type SpaceReading } from './space-reading.js';
import { printMessages, printPeople } from './space-view.js';
import { type Stage } from './stage.js';
import { type Told } from './story.js';
import { clockTime, type Terminal } from './terminal.js';

/** Where to look further, and whether all was as it should be. */
export interface Outcome {
  readonly asExpected: boolean;
  readonly spaceId: string;
  readonly messageId: string;
  readonly deadLetterId: string | undefined;
}

/** Reads back what the service made of the story, prints it, and checks it against what the platform knows. */
export async function summarize(stage: Stage, told: Told, terminal: Terminal): Promise<Outcome> {
  const { api, connection } = stage;
  const isDrained = await drained(api, connection.id);
  const metrics = await api.metrics();
  terminal.heading('What arrived (GET /metrics)');
  printFigures(metrics, terminal);

  const spaces = await readSpaces(api, connection.id);
  const deal = spaceOf(spaces, told.cast.deal.id);
  const quote = deal.messages.find(({ externalId }) => externalId === told.quote.id);
  if (quote === undefined) throw new Error('The quote of the story is not among the messages of its space.');
  const names = new Names(stage.app.appId, deal.members, deal.messages);
  terminal.heading(`"${deal.space.title ?? ''}" now (GET /v1/spaces/{id}/messages, /v1/reactions)`);
  printMessages(deal, names, terminal);
  terminal.heading('Who is in it (GET /v1/spaces/{id}/members)');
  printPeople(deal, names, terminal);
  terminal.heading('What happened to the quote (GET /v1/messages/{id}/history)');
  printHistory(await api.history(quote.id), names, terminal);

  const deadLetters = await api.deliveries(connection.id, 'dead-letter');
  const unrecognized = await api.deliveries(connection.id, 'unrecognized');
  terminal.heading('What is parked (GET /v1/deliveries?status=dead-letter, unrecognized)');
  for (const parked of [...deadLetters, ...unrecognized]) printParked(parked, terminal);

  terminal.heading('What is proven');
  const checks = [
    { claim: 'Nothing waits to be translated any more.', holds: isDrained },
    ...(await checkStory(stage, told, { metrics, spaces, deal, deadLetters, unrecognized })),
  ];
  for (const { claim, holds } of checks) terminal.check(claim, holds);
  return {
    asExpected: checks.every(({ holds }) => holds),
    spaceId: deal.space.id,
    messageId: quote.id,
    deadLetterId: deadLetters[0]?.id,
  };
}

function spaceOf(spaces: readonly SpaceReading[], externalId: string): SpaceReading {
  const found = spaces.find(({ space }) => space.externalId === externalId);
  if (found === undefined) throw new Error('The space of the deal is not among the spaces.');
  return found;
}

function printParked({ status, reason, detail, receivedAt, size, id }: DeliveryDto, terminal: Terminal): void {
  terminal.pair(status, `${reason ?? ''}: ${detail ?? ''}`);
  terminal.pair('', `delivery ${id}, ${size} bytes, received ${clockTime(new Date(receivedAt))}`);
}
