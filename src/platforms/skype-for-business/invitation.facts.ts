import { filledTextOf } from '../../common/json/json.js';
import { type EventMap } from '../../events/event-map.js';
import { directionOf } from './direction.js';
import { type Draft } from './draft.js';
import { type TapEvent } from './event-body.js';
import { conversationIn, pathOf } from './hrefs.js';
import { personOf } from './person.js';
import { embeddedOf, linkOf } from './resource.js';
import { textsOf } from './texts-of.js';

/**
 * An invitation of any kind is an operation: it starts, and completes with success or failure. One that failed may show
 * its end only. The first message that it can carry is not taken: it comes again as a message of its own (UCWA, receiving
 * an IM). `undefined` for any other event, and for a start that does not say whose it is.
 */
export function invitationFacts(event: TapEvent, conversationId: string | undefined): readonly Draft[] | undefined {
  const type = factType(event);
  if (type === undefined) return event.type === 'updated' ? [] : undefined;
  const { resource } = event;
  const actor = personOf(embeddedOf(resource, 'from') ?? {}, linkOf(resource, 'from'));
  const title = filledTextOf(resource, 'subject');
  return [
    {
      type,
      ...(title === undefined ? {} : { title }),
      ...(actor === undefined ? {} : { actor }),
      data: invitation(event, conversationId),
    },
  ];
}

function factType({ type, failed, reason, resource }: TapEvent): InvitationFact | undefined {
  if (type === 'completed') {
    if (!failed) return 'invitation.accepted';
    const declined = reason?.subcode === 'Declined' || filledTextOf(resource, 'state') === 'Declined';
    return declined ? 'invitation.declined' : 'invitation.failed';
  }
  const direction = type === 'started' ? directionOf(resource) : undefined;
  if (direction === undefined) return undefined;
  return direction === 'incoming' ? 'invitation.received' : 'invitation.sent';
}

type InvitationFact = Extract<keyof EventMap, `invitation.${string}`>;

/** Everything but what an invitation embeds: that can be the whole application. */
function invitation(event: TapEvent, conversationId: string | undefined): EventMap[InvitationFact] {
  const { rel, href, resource, reason } = event;
  const conversation = conversationIn(linkOf(resource, 'conversation')?.href ?? '') ?? conversationId;
  const direction = directionOf(resource);
  const to = filledTextOf(resource, 'to');
  const texts = ['state', 'subject', 'importance', 'threadId', 'operationId'] as const;
  return {
    invitationExternalId: pathOf(href),
    ...(conversation === undefined ? {} : { conversationExternalId: conversation }),
    invitationType: rel,
    ...(direction === undefined ? {} : { direction }),
    ...(to === undefined ? {} : { to }),
    ...textsOf(resource, texts),
    ...(reason === undefined ? {} : { reason }),
  };
}
