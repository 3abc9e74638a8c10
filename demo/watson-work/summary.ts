import { type DeliveryDto } from '../../src/lanes/delivery.dto.js';
import { type MessageDto } from '../../src/messages/message.dto.js';
import { printHistory } from '../history-view.js';
import { Names } from '../names.js';
import { spaceOf, type PlatformReading } from '../platform-reading.js';
import { printMessages, printPeople } from '../space-view.js';
import { clockTime, type Terminal } from '../terminal.js';
import { type ToldOnWatsonWork } from './chapters.js';
import { type WatsonWorkReading } from './checks.js';
import { type WatsonWorkStage } from './connect.js';

/** What is shown of Watson Work, and the message that most happened to. */
export interface WatsonWorkShown extends WatsonWorkReading {
  readonly quote: MessageDto;
}

/** Prints what Watson Work brought: the deal as it is now, and what is parked. */
export async function showWatsonWork(
  { api, app, connection }: WatsonWorkStage,
  { cast, quote }: ToldOnWatsonWork,
  platform: PlatformReading,
  terminal: Terminal,
): Promise<WatsonWorkShown> {
  const deal = spaceOf(platform, cast.deal.id);
  const shown = deal.messages.find(({ externalId }) => externalId === quote.id);
  if (shown === undefined) throw new Error('The quote of the story is not among the messages of its space.');
  const names = new Names(deal.members, deal.messages, { [app.appId]: 'Liaison' });
  terminal.heading(`"${deal.space.title ?? ''}" on Watson Work now (GET /v1/spaces/{id}/messages, /v1/reactions)`);
  printMessages(deal, names, terminal);
  terminal.heading('Who is in it (GET /v1/spaces/{id}/members)');
  printPeople(deal, names, terminal);
  terminal.heading('What happened to the quote (GET /v1/messages/{id}/history)');
  printHistory(await api.history(shown.id), names, terminal);

  const deadLetters = await api.deliveries(connection.id, 'dead-letter');
  const unrecognized = await api.deliveries(connection.id, 'unrecognized');
  terminal.heading('What is parked (GET /v1/deliveries?status=dead-letter, unrecognized)');
  for (const parked of [...deadLetters, ...unrecognized]) printParked(parked, terminal);
  return { stored: platform.calls, spaces: platform.spaces, deal, deadLetters, unrecognized, quote: shown };
}

function printParked({ status, reason, detail, receivedAt, size, id }: DeliveryDto, terminal: Terminal): void {
  terminal.pair(status, `${reason ?? ''}: ${detail ?? ''}`);
  terminal.pair('', `delivery ${id}, ${size} bytes, received ${clockTime(new Date(receivedAt))}`);
}
