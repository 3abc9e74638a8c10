import { type OutgoingPost, type Posting } from '../platforms/posting.js';
import { type PostRow } from './post.dto.js';

/** A post with what only some platforms need to place it. */
export interface AddressedPost extends OutgoingPost {
  /** The invitation that the space began with, where spaces begin so: it leads to what may be done there. */
  readonly invitationExternalId?: string;
}

/** How a platform takes posts, and whether its client has the app's tokens itself; then it is handed none. */
export type PostingClient = Posting & { readonly hasOwnTokens?: boolean };

/** A post as platforms get it. */
export function outgoingPost(
  row: Pick<PostRow, 'id' | 'poster' | 'content' | 'spaceExternalId' | 'replyToExternalId' | 'endpoint'>,
  invitationExternalId?: string,
): AddressedPost {
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
