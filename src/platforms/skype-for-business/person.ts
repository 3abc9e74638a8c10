import { filledTextOf, type JsonObject } from '../../common/json/json.js';
import { type Actor } from '../../events/event-map.js';
import { personIn, personNamed } from './hrefs.js';
import { linkOf, type Link } from './resource.js';

/**
 * The person that a participant resource and a link to it are about; either may be missing. Known by what the href names
 * (see `personIn`), and by `uri` only where there is no href, so that a `deleted` event meets the same person.
 */
export function personOf(resource: JsonObject, link: Link | undefined): Actor | undefined {
  const href = linkOf(resource, 'self')?.href ?? link?.href ?? '';
  const uri = filledTextOf(resource, 'uri');
  const externalId = personIn(href) ?? (uri === undefined ? undefined : personNamed(uri));
  if (externalId === undefined) return undefined;
  // Both can be empty, and the name can change.
  const displayName = filledTextOf(resource, 'name') ?? link?.title;
  return { externalId, ...(displayName === undefined ? {} : { displayName }) };
}
