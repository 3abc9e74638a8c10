import { Injectable } from '@nestjs/common';
import { type Tx } from '../database/transaction.js';
import { type EventReaction } from '../events/event-reaction.js';
import { type LiaisonEvent } from '../events/event.js';
import { newsIn } from '../platforms/operation.js';
import { OperationTable } from './operation-table.js';

/** Tells our acts what became of them; a webhook that is faster than the answer to the act finds it waiting. */
@Injectable()
export class OperationReaction implements EventReaction {
  readonly name = 'operations';

  constructor(private readonly operations: OperationTable) {}

  async react(events: readonly LiaisonEvent[], tx: Tx): Promise<void> {
    const told = events
      .flatMap((event) => {
        const news = newsIn(event);
        return news === undefined ? [] : [{ connectionId: event.connectionId, news }];
      })
      // In one order everywhere: each row that is touched stays locked until the end.
      .sort((a, b) => (a.news.operationId < b.news.operationId ? -1 : 1));
    for (const { connectionId, news } of told) await this.operations.learn(connectionId, news, tx);
  }
}
