import { type DeliveryAttempt } from '../../simulators/watson-work/delivery-record.js';
import { type SimulatedMessage } from '../../simulators/watson-work/simulated-message.js';
import { focus, keywords, moment, momentService } from './annotation-payloads.js';
import { makeCast, type Cast } from './cast.js';
import { forge, replay } from './intrusions.js';
import { type Storyteller } from '../storyteller.js';
import { inHerName, type ToldInHerName } from './in-her-name.js';
import { type WatsonWorkStage } from './connect.js';

/** What the chapters on Watson Work leave to be looked up. */
export interface ToldOnWatsonWork {
  readonly cast: Cast;
  /** The message that most happened to. */
  readonly quote: SimulatedMessage;
  /** Written to while the network was bad; its last text is what must be shown. */
  readonly notice: SimulatedMessage;
  /** Posted by the service on behalf of a person. */
  readonly named: ToldInHerName;
  /** Said in the space of the dead letter, after it. */
  readonly kickOff: SimulatedMessage;
  readonly forgery: { readonly text: string; readonly status: number };
  /** The one call that the platform had sent and a stranger sent again. */
  readonly replayed: { readonly bytes: Buffer; readonly status: number };
}

const platform = { displayName: 'the platform' };
const network = { displayName: 'the network' };
const stranger = { displayName: 'a stranger' };

/** What the first chapters leave to the last ones. */
interface Begun extends Pick<ToldOnWatsonWork, 'cast' | 'notice'> {
  readonly opening: Opening;
}

/** Plays the chapters in which the two teams begin to talk about the deal. */
export async function beginTheDeal(stage: WatsonWorkStage, story: Storyteller): Promise<Begun> {
  const cast = makeCast(stage.watson);
  const opening = await twoTeamsMeet(stage, cast, story);
  return { cast, opening, notice: await theNetworkHasABadMinute(stage, cast, story) };
}

/** Plays the chapters that end with the deal, and waits until the platform has nothing left to send. */
export async function winTheDeal(
  stage: WatsonWorkStage,
  { cast, opening, notice }: Begun,
  story: Storyteller,
): Promise<ToldOnWatsonWork> {
  await mindsChange(cast, opening, story);
  const trouble = await somebodyTriesSomething(stage, cast, story);
  await theDealIsWon(cast, trouble.kickOff, story);
  const named = await inHerName(stage, cast, story);
  await everythingHasLeft(stage, story);
  return { cast, quote: opening.quote, notice, ...trouble, named };
}

/** Should a call have failed on a busy machine, its next try is half a minute away. */
async function everythingHasLeft({ watson }: WatsonWorkStage, story: Storyteller): Promise<void> {
  for (let tries = 0; tries < 10; tries++) {
    const { emitted, accepted, dropped } = watson.counts;
    if (accepted + dropped === emitted) return;
    await story.pass(30);
  }
  throw new Error('The platform could not deliver all of its calls.');
}

interface Opening {
  readonly quote: SimulatedMessage;
  readonly question: SimulatedMessage;
  readonly takeFocusBack: () => void;
  readonly rewriteMoment: (last: SimulatedMessage) => void;
}

async function twoTeamsMeet({ app }: WatsonWorkStage, cast: Cast, story: Storyteller): Promise<Opening> {
  const { sofia, luca, hana, owen, crm, deal, contracts } = cast;
  story.chapter('Two teams meet on Watson Work (times are UTC)');
  deal.addMembers([app, crm, luca, hana], { by: sofia });
  await story.tell(sofia, 'adds Liaison, CRM, Luca and Hana to "Acme"');
  contracts.addMembers([app, owen], { by: hana });
  await story.tell(hana, 'adds Liaison and Owen to "Contracts and delivery"');
  deal.update({ title: 'Acme renewal' }, { by: sofia });
  await story.tell(sofia, 'renames the space to "Acme renewal"');

  const quote = deal.post(sofia, 'Acme wants to renew. Quote *Q-118* is out: 120 seats, 10 % off.');
  await story.tell(sofia, `"${quote.content ?? ''}"`, 3);
  quote.annotate('message-nlp-keywords', keywords('quote Q-118', 'seats'));
  await story.tell(platform, 'annotates it: keywords "quote Q-118", "seats"', 3);
  quote.react(hana, '👀');
  await story.tell(hana, 'reacts 👀');
  deal.postAsApp(crm, { title: 'Q-118', text: 'Acme renewal moved to *Negotiation*', actor: { name: 'CRM' } });
  await story.tell(crm, 'posts a card; the message is empty, its text comes in an annotation');

  const question = deal.post(luca, `<@${hana.id}|Hana> Acme asks for a shorter notice period. Can we?`);
  await story.tell(luca, '"@Hana Acme asks for a shorter notice period. Can we?"', 3);
  const asks = question.annotate('message-focus', focus(question, 'ActionRequest', 'Can we?'));
  const summary = question.annotate('conversation-moment', moment(quote, question, 1, 'quote Q-118'), {
    by: momentService,
  });
  await story.tell(platform, 'annotates it: focus "Can we?" and a moment');
  contracts.post(owen, 'Delivery has three people free from the 1st.');
  await story.tell(owen, '"Delivery has three people free from the 1st." (in the other space)');
  return {
    quote,
    question,
    takeFocusBack: () => asks.remove(),
    rewriteMoment: (last) =>
      summary.edit(moment(quote, last, 2, 'quote Q-118', 'notice period'), { by: momentService }),
  };
}

async function theNetworkHasABadMinute(
  { watson }: WatsonWorkStage,
  cast: Cast,
  story: Storyteller,
): Promise<SimulatedMessage> {
  const { sofia, luca, hana, owen, deal, contracts } = cast;
  story.chapter('The network has a bad minute');
  const before = watson.deliveries.length;

  watson.faults = { abortAfterSend: 1 };
  const notice = deal.post(hana, 'Legal needs 60 days notice in clause 7.');
  await story.tell(hana, '"Legal needs 60 days notice in clause 7."', 2);
  watson.faults = {};
  await story.tell(network, 'loses the answer to this call; the platform will try again in 30 s', 2);
  notice.edit(hana, 'Legal needs 45 days notice in clause 7.');
  await story.tell(hana, 'edits: 45 days', 5);
  notice.edit(hana, 'Legal can live with 30 days notice in clause 7.');
  await story.tell(hana, 'edits: can live with 30 days', 5);
  notice.react(luca, '🙏');
  deal.post(luca, '30 days it is.');
  await story.tell(luca, 'reacts 🙏 and says "30 days it is."', 5);
  contracts.post(owen, 'Clause 7 is with Hana.');
  await story.tell(owen, '"Clause 7 is with Hana." (the other space is not held up)', 5);

  watson.faults = { reorder: 1, duplicate: 1 };
  await story.tell(network, 'is back; what waited leaves out of order, and every call twice', 12);
  watson.faults = {};
  const sent = watson.deliveries.slice(before).filter(({ spaceId }) => spaceId === deal.id);
  const copies = sent.filter(({ duplicate }) => duplicate).length;
  const order = sent.filter(({ duplicate }) => !duplicate).map(inWords);
  story.aside(`sent: ${order.join(', ')}; and ${copies} copies`);
  deal.post(sofia, 'Thanks, both.');
  await story.tell(sofia, '"Thanks, both."');
  return notice;
}

/** A call of the bad minute: its type, which of the edits it is, and how it went. */
function inWords({ type, bytes, retryCount, status }: DeliveryAttempt): string {
  const days = /\d+ days/.exec(bytes.toString('utf8'))?.[0];
  const fate = status === 200 ? (retryCount > 0 ? 'sent again' : undefined) : 'answer lost';
  const notes = [days, fate].filter((note) => note !== undefined).join(', ');
  return (notes === '' ? type : `${type} (${notes})`).replaceAll(' ', '\u00a0');
}

async function mindsChange(cast: Cast, opening: Opening, story: Storyteller): Promise<void> {
  const { sofia, luca, hana, owen, deal } = cast;
  const { quote } = opening;
  story.chapter('Minds change');
  quote.edit(sofia, 'Acme wants to renew. Quote *Q-118* is out: 120 seats, 12 % off, 30 days notice.');
  await story.tell(sofia, 'edits the quote: 12 % off, 30 days notice; an edit drops annotations', 3);
  quote.annotate('message-nlp-keywords', keywords('quote Q-118', 'discount', 'notice period'));
  await story.tell(platform, 'annotates the new text: keywords "quote Q-118", "discount", "notice period"');
  quote.unreact(hana, '👀');
  quote.react(hana, '✅');
  await story.tell(hana, 'takes 👀 back and reacts ✅');
  opening.takeFocusBack();
  opening.rewriteMoment(quote);
  await story.tell(platform, 'removes the focus from the question and rewrites its moment');

  const slip = deal.post(luca, 'Between us: our floor is 15 %.');
  await story.tell(luca, '"Between us: our floor is 15 %."', 4);
  slip.annotate('message-nlp-keywords', keywords('floor'));
  slip.delete();
  await story.tell(luca, 'deletes that');
  deal.addMembers([owen], { by: sofia });
  deal.removeMembers([luca], { by: sofia });
  await story.tell(sofia, 'lets Owen in; Luca goes to his next deal');
}

type Trouble = Pick<ToldOnWatsonWork, 'kickOff' | 'forgery' | 'replayed'>;

async function somebodyTriesSomething(
  { watson, webhook }: WatsonWorkStage,
  { sofia, owen, deal }: Cast,
  story: Storyteller,
): Promise<Trouble> {
  story.chapter('Somebody tries something');
  const aboutDeal = { spaceId: deal.id, spaceName: deal.title };
  const forgery = 'We accept a rebate of 40 %.';
  const forgedStatus = await forge(webhook.url, {
    type: 'message-created',
    ...aboutDeal,
    messageId: '5f0000000000000000000001',
    userId: sofia.id,
    userName: sofia.displayName,
    content: forgery,
    contentType: 'text/markdown',
    time: story.now,
  });
  await story.tell(stranger, `forges a call: Sofia says "${forgery}"  →  ${forgedStatus}`);

  const captured = watson.deliveries.find(({ type, spaceId }) => type === 'message-created' && spaceId === deal.id);
  if (captured === undefined) throw new Error('The platform has sent no message yet.');
  const replayedStatus = await replay(webhook.url, captured);
  await story.tell(stranger, `sends a genuine call again that was recorded  →  ${replayedStatus}`);

  watson.emitRaw(deal, webhook, { type: 'message-created', ...aboutDeal, content: 'no id', time: story.now });
  await story.tell(platform, 'sends a signed event that makes no sense: a message without an id');
  watson.emitRaw(deal, webhook, {
    type: 'conversation-created',
    ...aboutDeal,
    conversationId: deal.id,
    userId: sofia.id,
    time: story.now,
  });
  await story.tell(platform, 'sends an event of a type that did not exist before: conversation-created');
  const kickOff = deal.post(owen, 'Kick-off is on the 1st, I have the team.');
  await story.tell(owen, `"${kickOff.content ?? ''}" (the space goes on)`);
  return {
    kickOff,
    forgery: { text: forgery, status: forgedStatus },
    replayed: { bytes: captured.bytes, status: replayedStatus },
  };
}

async function theDealIsWon(cast: Cast, kickOff: SimulatedMessage, story: Storyteller): Promise<void> {
  const { sofia, hana, owen, crm, deal } = cast;
  story.chapter('The deal is won');
  const won = deal.postAsApp(crm, { title: 'Q-118', text: 'Acme renewal is *Closed won*', actor: { name: 'CRM' } });
  await story.tell(crm, 'posts a card: Closed won');
  won.react(sofia, '🎉');
  won.react(owen, '🎉');
  kickOff.react(hana, '👍');
  await story.tell(sofia, 'and Owen react 🎉, Hana 👍');
  deal.update({ title: 'Acme renewal (won)' }, { by: sofia });
  await story.tell(sofia, 'renames the space to "Acme renewal (won)"');
}
