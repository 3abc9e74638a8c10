import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { decodeCursor, encodeCursor, toPage, type Page } from '../../common/http/page.js';
import { TenantReads } from '../../database/tenant-reads.js';
import { inTransaction, type Tx } from '../../database/transaction.js';
import { searchQueries, type LanguageQuery } from '../../search/search-queries.js';
import { type MessagesQuery } from '../message.dto.js';
import { findFirst } from './message-finder.js';
import { pageByRelevance } from './message-relevance.js';
import { type WantedMessages } from './wanted-messages.js';

/** The ids of a page of messages, and what was looked for in the tenant's language. */
export interface FoundPage extends Page<string> {
  readonly query: LanguageQuery | undefined;
}

/** Messages by their words, as they were when they were indexed last: a moment ago. */
@Injectable()
export class MessageSearchFinder {
  constructor(
    private readonly dataSource: DataSource,
    private readonly reads: TenantReads,
  ) {}

  /** Text without a word to look for finds nothing. */
  async page(tenantId: string, text: string, query: MessagesQuery): Promise<FoundPage> {
    const queries = await searchQueries(this.reads, tenantId, text);
    const [chosen] = queries;
    if (chosen === undefined) return { items: [], nextCursor: null, query: undefined };
    const { order, connectionId, spaceId, authorId, externalId, since, until } = query;
    const wanted = { tenantId, queries, order, connectionId, spaceId, authorId, externalId, since, until };
    const pageIn = query.sort === 'relevance' ? pageByRelevance : pageByTime;
    return { ...(await inTransaction(this.dataSource, (tx) => pageIn(wanted, query, tx))), query: chosen };
  }
}

/** Cursors are those of the list without words, as the order is. */
const cursorKind = 'messages';

async function pageByTime(
  wanted: WantedMessages,
  { limit, cursor }: { readonly limit: number; readonly cursor?: string },
  tx: Tx,
): Promise<Page<string>> {
  const [sortAt, from] = cursor === undefined ? [] : decodeCursor(cursorKind, ['time', 'id'], cursor);
  const position = sortAt === undefined || from === undefined ? undefined : { sortAt: new Date(sortAt), id: from };
  return toPage(
    await findFirst(wanted, limit + 1, position, tx),
    limit,
    (place) => encodeCursor(cursorKind, [place.sortAt.toISOString(), place.id]),
    ({ id }) => id,
  );
}
