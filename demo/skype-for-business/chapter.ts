import { type SimulatedConversation } from '../../simulators/skype-for-business/simulated-conversation.js';
import { type SimulatedPerson } from '../../simulators/skype-for-business/simulated-person.js';
import { type Storyteller } from '../storyteller.js';
import { type SkypeForBusinessStage } from './connect.js';

/** What the chapter on Skype for Business leaves to be looked up. */
export interface ToldOnSkypeForBusiness {
  readonly conversation: SimulatedConversation;
  /** Everybody who took part; all of them have left. */
  readonly people: readonly SimulatedPerson[];
  readonly heartbeat: { readonly status: Outcome };
  /** How often keys were read before they changed, and after. */
  readonly rollover: { readonly before: number; readonly after: number };
  readonly intrusion: { readonly text: string; readonly status: Outcome };
}

/** The status of an answer, or a word for the answer that never came. */
type Outcome = number | string;

interface Helped {
  readonly ben: SimulatedPerson;
  readonly mia: SimulatedPerson;
  readonly owen: SimulatedPerson;
}

const platform = { displayName: 'the platform' };
const identityPlatform = { displayName: 'Microsoft' };
const stranger = { displayName: 'another tenant' };

/** Plays the chapter at the helpdesk, and waits until the platform has nothing left to send. */
export async function acmeAsksTheHelpdesk(
  stage: SkypeForBusinessStage,
  story: Storyteller,
): Promise<ToldOnSkypeForBusiness> {
  const { skype, helpdesk } = stage;
  story.chapter('Acme asks the helpdesk, on Skype for Business');
  const people = {
    ben: skype.person('sip:ben.ito@acme.example', { name: 'Ben Ito' }),
    mia: skype.person('sip:mia.lund@example.com', { name: 'Mia Lund' }),
    owen: skype.person('sip:owen.price@example.com', { name: 'Owen Price' }),
  };
  const heartbeat = await skype.heartbeat(helpdesk);
  await story.tell(platform, `sends a sign of life, which says nothing  →  ${heartbeat.status}`, 3);
  const conversation = await aChatBegins(stage, people, story);
  const rollover = await theKeysChange(stage, conversation, people, story);
  const intrusion = await anotherTenantTries(stage, conversation, story);
  await theChatEnds(conversation, people, story);
  await skype.settled({ timeoutMs: 20_000 });
  return { conversation, people: Object.values(people), heartbeat, rollover, intrusion };
}

async function aChatBegins(
  { skype, helpdesk }: SkypeForBusinessStage,
  { ben, mia }: Helped,
  story: Storyteller,
): Promise<SimulatedConversation> {
  const { conversation, invitation } = skype.incomingChat({
    from: ben,
    to: helpdesk,
    subject: 'Moving 120 seats',
    firstMessage: 'Hello! How do we move our 120 seats?',
  });
  await story.tell(named(ben), 'invites the helpdesk to a chat: "Moving 120 seats"', 4);
  invitation.accept();
  await story.tell(named(ben), '"Hello! How do we move our 120 seats?"', 4);
  conversation.join(mia);
  conversation.sayHtml(mia, 'In <b>two steps</b>: export now, import on the 1st.');
  await story.tell(named(mia), 'joins and says, in HTML: "In <b>two steps</b>: export now, import on the 1st."', 4);
  return conversation;
}

async function theKeysChange(
  { skype, identity }: SkypeForBusinessStage,
  conversation: SimulatedConversation,
  { ben }: Helped,
  story: Storyteller,
): Promise<ToldOnSkypeForBusiness['rollover']> {
  const before = identity.keyFetches;
  await identity.rotateKeys();
  skype.forgetTokens();
  await story.tell(identityPlatform, 'signs with another key from now on', 3);
  const question = 'Over the weekend? 120 + 5 seats, 100 % without loss & downtime?';
  conversation.say(ben, question);
  await story.tell(named(ben), `"${question}"`, 4);
  const after = identity.keyFetches;
  story.aside(`the key was new to Liaison, which read the list of keys again: ${after} times by now`);
  return { before, after };
}

async function anotherTenantTries(
  { skype, identity, otherTenant, audience }: SkypeForBusinessStage,
  conversation: SimulatedConversation,
  story: Storyteller,
): Promise<ToldOnSkypeForBusiness['intrusion']> {
  const last = skype.deliveries.findLast(({ conversationId }) => conversationId === conversation.id);
  if (last === undefined) throw new Error('The platform has told of no conversation yet.');
  const text = 'cancel+everything';
  const body = last.bytes.toString('utf8').replace(/Over\+the\+weekend/, text);
  const token = identity.webhookToken({ tenant: otherTenant.tenantId, audience });
  const { status } = await skype.emitRaw(body, { conversation, token });
  await story.tell(stranger, `sends words of its own with a token that Microsoft signed for it  →  ${status}`, 4);
  return { text: text.replaceAll('+', ' '), status };
}

async function theChatEnds(
  conversation: SimulatedConversation,
  { ben, mia, owen }: Helped,
  story: Storyteller,
): Promise<void> {
  conversation.join(owen);
  conversation.say(owen, 'Delivery here: the weekend works, I have the team.');
  await story.tell(named(owen), 'joins: "Delivery here: the weekend works, I have the team."', 4);
  conversation.leave(owen);
  conversation.say(ben, 'Großartig 👍 That is all.');
  await story.tell(named(ben), '"Großartig 👍 That is all."; Owen has left', 4);
  conversation.end();
  await story.tell(named(mia), 'hangs up; the chat has ended', 3);
}

function named({ name }: SimulatedPerson): { readonly displayName: string } {
  return { displayName: name };
}
