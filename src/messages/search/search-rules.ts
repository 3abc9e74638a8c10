import { InvalidInput } from '../../common/errors/liaison-error.js';
import { refuseCount } from '../../common/http/total.dto.js';
import { type MessagesQuery } from '../message.dto.js';

/**
 * Throws `InvalidInput` where a list is asked for what only a search has, or a search for what only a list has, or for the
 * least relevant first.
 */
export function refuseContradictions(query: MessagesQuery): void {
  const { q, sort, order, highlight } = query;
  if (q !== undefined) refuseCount(query, 'q');
  if (q === undefined && (sort === 'relevance' || highlight === 'true')) {
    throw new InvalidInput({
      detail: 'Without words to look for there is neither relevance nor anything to highlight.',
      faults: [{ pointer: '/q', detail: 'must be given with sort=relevance and with highlight=true' }],
    });
  }
  if (sort === 'relevance' && order === 'asc') {
    throw new InvalidInput({
      detail: 'By relevance the best come first.',
      faults: [{ pointer: '/order', detail: 'must not be asc together with sort=relevance' }],
    });
  }
}
