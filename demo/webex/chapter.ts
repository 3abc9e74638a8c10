import { type SimulatedMessage } from '../../simulators/webex/simulated-message.js';
import { drained } from '../drained.js';
import { type Storyteller } from '../storyteller.js';
import { approvalCard } from './approval-card.js';
import { type WebexCast } from './cast.js';
import { registered, type WebexStage } from './connect.js';
import { forge } from './forgery.js';

/** What the chapter on Webex leaves to be looked up. */
export interface ToldOnWebex {
  /** Everything that was posted, deleted messages included. */
  readonly posted: readonly SimulatedMessage[];
  /** Could not be read at once, and was edited meanwhile. */
  readonly counter: SimulatedMessage;
  readonly forgery: { readonly messageId: string; readonly status: number };
  /** How many reads were refused for the time being. */
  readonly rateLimited: number;
}

const platform = { displayName: 'Webex' };
const stranger = { displayName: 'a stranger' };

/** Well-formed, and of no message. */
const forgedId = Buffer.from('ciscospark://us/MESSAGE/00000000-0000-4000-8000-000000000000').toString('base64url');

/** Plays the chapter on the customer's side, and waits until the service has read what Webex left out. */
export async function acmeHasARoom(
  stage: WebexStage,
  story: Storyteller,
  interrupt: AbortSignal,
): Promise<ToldOnWebex> {
  const { api, webex, cast, connection, consents } = stage;
  story.chapter('Acme has a room of its own, on Webex');
  await webhooksAreThere(stage, story, interrupt);
  const negotiated = await theyNegotiate(stage, story);
  const approved = await theyDecide(cast, story);
  const forgery = await somebodyForges(stage, negotiated.counter, story);
  await acmeAuthorizes(stage, story);
  await webex.settled({ timeoutMs: 20_000 });
  for (const { id } of [connection, consents]) await drained(api, id);
  story.aside(readSoFar(stage));
  return { ...negotiated, posted: [...negotiated.posted, ...approved], forgery };
}

async function webhooksAreThere(
  { api, connection, consents }: WebexStage,
  story: Storyteller,
  interrupt: AbortSignal,
): Promise<void> {
  const lists = [await registered(api, connection, interrupt), await registered(api, consents, interrupt)];
  const names = lists.flat().map(({ resource, event }) => `${resource}/${event}`);
  story.aside(`Liaison has registered ${names.length} webhooks there by itself: ${names.toSorted().join(', ')}`);
}

async function theyNegotiate(
  { webex, cast }: WebexStage,
  story: Storyteller,
): Promise<Pick<ToldOnWebex, 'posted' | 'counter' | 'rateLimited'>> {
  const { nina, tom, sofia, room } = cast;
  const offer = room.post(sofia, { markdown: 'We can do **30 days** notice and 10 % off.' });
  await story.tell(sofia, '"We can do **30 days** notice and 10 % off."');
  story.aside('the call tells only that there is a message; Liaison asks the API for its text');

  const counter = room.post(nina, '30 days is fine. We need 15 % off.');
  const rateLimited = 1;
  webex.failNext({ path: `/v1/messages/${counter.id}`, status: 429, times: rateLimited, retryAfterSeconds: 1 });
  await story.tell(nina, '"30 days is fine. We need 15 % off."', 4);
  await story.tell(platform, 'answers 429 to whoever asks for that: not before a second has passed', 4);
  counter.edit('30 days is fine. We need 12 % off.');
  await story.tell(nina, 'edits: 12 % off; Webex tells nobody of edits', 4);

  room.add(tom, { by: nina });
  await story.tell(nina, 'lets Tom in', 4);
  const slip = room.post(tom, 'Between us: finance would even pay list price.');
  await story.tell(tom, '"Between us: finance would even pay list price."', 3);
  slip.delete();
  await story.tell(tom, 'deletes that; Webex does not say when', 4);
  return { posted: [offer, counter, slip], counter, rateLimited };
}

async function theyDecide({ nina, approvals, room }: WebexCast, story: Storyteller): Promise<SimulatedMessage[]> {
  const card = room.post(approvals, approvalCard('Renew with Example at 12 % off?'));
  await story.tell(approvals, 'posts a card: "Renew with Example at 12 % off?"', 4);
  card.submit(nina, { decision: 'yes', seats: 120 });
  await story.tell(nina, 'fills it in: yes, 120 seats; the call does not say what was filled in', 4);
  const thanks = room.post(nina, { markdown: 'Approved. _Please send the contract._', parentId: card.id });
  await story.tell(nina, 'replies "Approved. _Please send the contract._"', 4);
  return [card, thanks];
}

async function somebodyForges(
  { webex }: WebexStage,
  { id }: SimulatedMessage,
  story: Storyteller,
): Promise<ToldOnWebex['forgery']> {
  const captured = webex.deliveries.find(({ bytes }) => bytes.includes(id));
  if (captured === undefined) throw new Error('Webex has told of no message yet.');
  const status = await forge(captured, id, forgedId);
  await story.tell(stranger, `forges a call about another message, with a signature of his own  →  ${status}`, 4);
  return { messageId: forgedId, status };
}

async function acmeAuthorizes({ webex, cast, serviceApp }: WebexStage, story: Storyteller): Promise<void> {
  serviceApp.authorize(webex.org.id, { by: cast.ada });
  await story.tell(cast.ada, 'authorizes Liaison for all of Acme; Liaison fetches tokens and seals them', 4);
}

function readSoFar({ webex }: WebexStage): string {
  const read = (path: string): number => webex.calls.count(`/v1/${path}`, { method: 'GET' });
  return (
    `asked of the API so far: ${read('messages')} × a message, ${read('attachment/actions')} × what was filled in, ` +
    `${read('rooms')} × the room, ${read('memberships')} × who is in it`
  );
}
