import { type VerifiedDelivery } from '../../deliveries/delivery.js';
import { type Fact } from '../../events/event.js';
import { Untranslatable } from '../platform.errors.js';
import { type Translation } from '../platform.js';
import { conversationFacts } from './conversation.facts.js';
import { type Draft } from './draft.js';
import { readEventBody, type EventBody, type TapEvent } from './event-body.js';
import { invitationFacts } from './invitation.facts.js';
import { messageFacts } from './message.facts.js';
import { participantFacts } from './participant.facts.js';

/** What one event says; an empty list for one that we know and that says nothing worth keeping. */
type Translate = (event: TapEvent, conversationId: string | undefined) => readonly Draft[] | undefined;

const says: Readonly<Record<string, Translate>> = {
  message: messageFacts,
  conversation: conversationFacts,
  participant: participantFacts,
  // The app's own participant.
  localParticipant: participantFacts,
  // What can be done in a conversation at the moment, and with whom: for whoever acts, who asks anew.
  messaging: () => [],
  participantMessaging: () => [],
};

/** Facts of one body lie between its place and the place of the next one. */
const factsPerBody = 1_000;

/**
 * Turns one webhook body into facts. Pure. All facts of a body lie in the one conversation that its key names, which is its
 * lane too. A body in which some events are known gives their facts, one in which none is known is unrecognized, and
 * one in which nothing can be read, or whose facts have no conversation, throws `Untranslatable`.
 */
export function translateSkypeForBusiness(delivery: VerifiedDelivery): Translation {
  const read = readEventBody(delivery.body);
  if (!read.ok) throw new Untranslatable(read.fault, `The body is no usable JSON object (${read.fault}).`);
  const { events, unreadable, place } = read.body;
  if (events === undefined) throw new Untranslatable('missing-field', 'The body has no list of senders.');
  const told = events.map((event) => ({ event, drafts: translatorOf(event.rel)?.(event, place.conversationId) }));
  const known = told.map(({ drafts }) => drafts).filter((drafts) => drafts !== undefined);
  const [stranger] = told.filter(({ drafts }) => drafts === undefined);
  if (known.length === 0 && stranger !== undefined) {
    return { kind: 'unrecognized', platformType: nameOf(stranger.event) };
  }
  if (known.length === 0 && unreadable > 0) {
    throw new Untranslatable('missing-field', 'No event of the body has a link with rel and href, and a type.');
  }
  return { kind: 'facts', facts: placed(known.flat(), read.body, delivery.receivedAt) };
}

function translatorOf(rel: string): Translate | undefined {
  if (rel.endsWith('Invitation')) return invitationFacts;
  return Object.hasOwn(says, rel) ? says[rel] : undefined;
}

function placed(drafts: readonly Draft[], { place }: EventBody, receivedAt: Date): readonly Fact[] {
  const { conversationId, ack } = place;
  if (drafts.length === 0) return [];
  if (conversationId === undefined) throw new Untranslatable('missing-field', 'The body names no conversation.');
  return drafts.map(({ at, title, ...draft }, index) => {
    // Bodies of a conversation are counted, so its facts have an order that does not hang on when they arrive.
    const position = ack === undefined ? undefined : ack * factsPerBody + Math.min(index, factsPerBody - 1);
    return {
      ...draft,
      occurredAt: at ?? receivedAt,
      ...(position === undefined ? {} : { position }),
      space: { externalId: conversationId, ...(title === undefined ? {} : { title }) },
    };
  });
}

/** One line for operators. */
function nameOf({ rel, type, collection }: TapEvent): string {
  const name = `${rel}.${type}${collection === undefined ? '' : ` in ${collection}`}`;
  return name.replace(/[^ -~]/g, '?').slice(0, 100);
}
