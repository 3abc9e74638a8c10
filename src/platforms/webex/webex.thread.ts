import { filledTextOf, type JsonObject } from '../../common/json/json.js';
import { type Conversation } from '../../events/event-map.js';

/** The thread that a message replies in, named by the message that it started with. */
export function threadIn(message: JsonObject): { readonly conversation?: Conversation } {
  const parentId = filledTextOf(message, 'parentId');
  return parentId === undefined ? {} : { conversation: { externalId: parentId, type: 'thread' } };
}
