import { filledTextOf, type JsonObject } from '../../common/json/json.js';
import { type EventMap } from '../../events/event-map.js';

/** Our word for what Webex calls an attachment action of the type `submit`. */
export const cardSubmit = 'card-submit';

/** A submission of a card, which hangs on the message that has the card; its inputs are told by the API only. */
export function cardSubmission(action: JsonObject, annotationExternalId: string): EventMap['annotation.added'] {
  const messageExternalId = filledTextOf(action, 'messageId');
  return {
    annotationExternalId,
    annotationType: cardSubmit,
    ...(messageExternalId === undefined ? {} : { messageExternalId }),
  };
}
