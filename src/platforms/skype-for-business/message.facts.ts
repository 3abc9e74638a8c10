import { filledTextOf, type JsonObject } from '../../common/json/json.js';
import { type Actor } from '../../events/event-map.js';
import { readDataUri } from './data-uri.js';
import { directionOf } from './direction.js';
import { type Draft } from './draft.js';
import { type TapEvent } from './event-body.js';
import { pathOf } from './hrefs.js';
import { personOf } from './person.js';
import { embeddedOf, linkOf } from './resource.js';
import { readWireDate } from './wire-date.js';

/** Where a text can be. HTML comes first: it says more, and is kept as it was sent; whoever shows it sanitises it. */
const textLinks = [
  { rel: 'htmlMessage', contentType: 'text/html' },
  { rel: 'plainMessage', contentType: 'text/plain' },
] as const;

/**
 * A message is an operation. The reference lets it start and complete; captured incoming ones only complete, and outgoing
 * ones come without their text. So `completed` always tells of it, and what comes before only when it brings the text,
 * which may be the only time. The href names it in both. `undefined` for any other event.
 */
export function messageFacts(event: TapEvent): readonly Draft[] | undefined {
  const { type, resource, failed } = event;
  const text = textOfMessage(resource);
  switch (type) {
    case 'started':
    case 'updated':
      return text === undefined ? [] : [created(event, text)];
    case 'completed':
      if (!failed) return [created(event, text)];
      return [...(text === undefined ? [] : [created(event, text)]), failure(event)];
    default:
      return undefined;
  }
}

/** When the message was sent, where the event tells it. */
export function messageTime(event: TapEvent): Date | undefined {
  return event.rel === 'message' ? readWireDate(filledTextOf(event.resource, 'timeStamp')) : undefined;
}

function created(event: TapEvent, text: MessageText | undefined): Draft {
  const { resource } = event;
  const direction = directionOf(resource);
  const operationId = filledTextOf(resource, 'operationId');
  return {
    type: 'message.created',
    ...timed(event),
    ...writtenBy(resource),
    data: {
      messageExternalId: pathOf(event.href),
      ...(text ?? { content: null }),
      ...(direction === undefined ? {} : { direction }),
      ...(operationId === undefined ? {} : { operationId }),
    },
  };
}

function failure(event: TapEvent): Draft {
  const { resource, reason } = event;
  // Names of the other side's acts are not ours to look up.
  const operationId = directionOf(resource) === 'incoming' ? undefined : filledTextOf(resource, 'operationId');
  return {
    type: 'message.failed',
    ...timed(event),
    data: {
      messageExternalId: pathOf(event.href),
      ...(reason === undefined ? {} : { reason }),
      ...(operationId === undefined ? {} : { operationId }),
    },
  };
}

interface MessageText {
  readonly content: string;
  readonly contentType: string;
}

function textOfMessage(resource: JsonObject): MessageText | undefined {
  for (const { rel, contentType } of textLinks) {
    const data = readDataUri(linkOf(resource, rel)?.href ?? '');
    if (data !== undefined) return { content: data.text, contentType: data.mediaType ?? contentType };
  }
  return undefined;
}

function writtenBy(resource: JsonObject): { actor?: Actor } {
  const actor = personOf(embeddedOf(resource, 'senderParticipant') ?? {}, linkOf(resource, 'participant'));
  return actor === undefined ? {} : { actor };
}

function timed(event: TapEvent): { at?: Date } {
  const at = messageTime(event);
  return at === undefined ? {} : { at };
}
