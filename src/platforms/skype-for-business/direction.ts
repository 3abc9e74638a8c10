import { textOf, type JsonObject } from '../../common/json/json.js';

/** Who began it, seen from the app. */
export function directionOf(resource: JsonObject): 'incoming' | 'outgoing' | undefined {
  switch (textOf(resource, 'direction')) {
    case 'Incoming':
      return 'incoming';
    case 'Outgoing':
      return 'outgoing';
    default:
      return undefined;
  }
}
