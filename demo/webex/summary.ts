import { type AuthorizationDto } from '../../src/authorizations/authorization.dto.js';
import { printHistory } from '../history-view.js';
import { Names } from '../names.js';
import { spaceOf, type PlatformReading } from '../platform-reading.js';
import { printMessages, printPeople } from '../space-view.js';
import { type Terminal } from '../terminal.js';
import { type ToldOnWebex } from './chapter.js';
import { type WebexReading } from './checks.js';
import { type WebexStage } from './connect.js';

/** Prints what Webex brought: the room as it is now, how the edited message became known, and what was authorized. */
export async function showWebex(
  { api, cast, consents }: WebexStage,
  { counter }: ToldOnWebex,
  platform: PlatformReading,
  terminal: Terminal,
): Promise<WebexReading> {
  const room = spaceOf(platform, cast.room.id);
  const names = new Names(room.members, room.messages);
  terminal.heading(`"${room.space.title ?? ''}" on Webex now`);
  printMessages(room, names, terminal);
  printPeople(room, names, terminal);
  const shown = room.messages.find(({ externalId }) => externalId === counter.id);
  if (shown !== undefined) {
    terminal.heading('How the counter-offer became known: the call, and what was read after it');
    printHistory(await api.history(shown.id), names, terminal);
  }
  const authorizations = await api.authorizations(consents.id);
  terminal.heading('Who authorized the Service App (GET /v1/authorizations)');
  for (const authorization of authorizations) printAuthorization(authorization, terminal);
  return { stored: platform.calls, room, authorizations };
}

function printAuthorization(
  { state, friendlyId, scopes, siteNames, tokens }: AuthorizationDto,
  terminal: Terminal,
): void {
  terminal.pair(
    state,
    `${siteNames.join(', ')} lets ${friendlyId ?? 'the app'} ${scopes.join(', ')}; tokens: ${tokens}`,
  );
}
