import { type OutgoingPost } from '../platforms/posting.js';
import { type PostRow } from './post.dto.js';

/** A post as platforms get it. */
export function outgoingPost(
  row: Pick<PostRow, 'id' | 'poster' | 'content' | 'spaceExternalId' | 'replyToExternalId' | 'endpoint'>,
  invitationExternalId?: string,
): OutgoingPost {
  const { id, poster, content, spaceExternalId, replyToExternalId, endpoint } = row;
  return {
    id,
    spaceExternalId,
    content,
    as: poster === '' ? 'app' : 'user',
    ...(replyToExternalId === null ? {} : { replyToExternalId }),
    ...(endpoint === null ? {} : { endpoint }),
    ...(invitationExternalId === undefined ? {} : { invitationExternalId }),
  };
}
