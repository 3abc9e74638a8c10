import { filledTextOf, memberOf, type JsonObject } from '../../common/json/json.js';
import { type EventMap } from '../../events/event-map.js';
import { type Draft } from './draft.js';
import { type TapEvent } from './event-body.js';
import { conversationIn } from './hrefs.js';
import { textsOf } from './texts-of.js';

type ConversationFact = Extract<keyof EventMap, `conversation.${string}`>;

const types: ReadonlyMap<string, ConversationFact> = new Map([
  ['added', 'conversation.started'],
  ['updated', 'conversation.updated'],
  ['deleted', 'conversation.ended'],
]);

/** The conversation itself; a `deleted` has nothing but its link. `undefined` for any other event. */
export function conversationFacts(event: TapEvent): readonly Draft[] | undefined {
  const { resource, reason } = event;
  const type = types.get(event.type);
  const conversationExternalId = conversationIn(event.href);
  if (type === undefined || conversationExternalId === undefined) return undefined;
  const title = filledTextOf(resource, 'subject');
  const modalities = modalitiesOf(resource);
  return [
    {
      type,
      ...(title === undefined ? {} : { title }),
      data: {
        conversationExternalId,
        ...textsOf(resource, ['state', 'subject', 'importance', 'threadId', 'operationId']),
        ...(modalities === undefined ? {} : { modalities }),
        ...(reason === undefined ? {} : { reason }),
      },
    },
  ];
}

/** An empty list is news too. */
function modalitiesOf(resource: JsonObject): readonly string[] | undefined {
  const list = memberOf(resource, 'activeModalities');
  return Array.isArray(list) ? list.filter((item): item is string => typeof item === 'string') : undefined;
}
