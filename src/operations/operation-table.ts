import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { uuidV7 } from '../common/ids/uuid-v7.js';
import { storableJson, storableText } from '../common/json/storable.js';
import { firstRowOf } from '../database/rows.js';
import { inTransaction, type Tx } from '../database/transaction.js';
import { applyToOperation, type Operation, type OperationLedger, type OperationNews } from '../platforms/operation.js';

/** Whose acts. */
interface Owner {
  readonly id: string;
  readonly tenantId: string;
}

/** The acts of connections, under the names that we gave them, where all processes see them. */
@Injectable()
export class OperationTable {
  constructor(private readonly dataSource: DataSource) {}

  /** The ledger of one connection: it takes news of acts that it has not heard of too. */
  ledgerOf(owner: Owner): OperationLedger {
    return {
      record: (news) =>
        inTransaction(this.dataSource, async (tx) => {
          await tx.query(
            `insert into operations (id, connection_id, operation_id, tenant_id, state)
             values ($4, $1, $2, $3, 'asked')
             on conflict (connection_id, operation_id) do nothing`,
            [owner.id, news.operationId, owner.tenantId, uuidV7()],
          );
          await this.learn(owner.id, news, tx);
        }),
    };
  }

  /** Takes news of an act that is known; names that we never gave are somebody else's. */
  async learn(connectionId: string, news: OperationNews, tx: Tx): Promise<void> {
    const known = await firstRowOf<{
      externalId: string | null;
      state: Operation['state'];
      reason: Operation['reason'] | null;
    }>(
      tx,
      `select external_id as "externalId", state, reason from operations
       where connection_id = $1 and operation_id = $2 for update`,
      [connectionId, news.operationId],
    );
    if (known === undefined) return;
    const { externalId, state, reason } = applyToOperation(
      {
        operationId: news.operationId,
        externalId: known.externalId ?? undefined,
        state: known.state,
        reason: known.reason ?? undefined,
      },
      news,
    );
    await tx.query(
      `update operations set external_id = $3, state = $4, reason = $5::jsonb, updated_at = clock_timestamp()
       where connection_id = $1 and operation_id = $2`,
      [
        connectionId,
        news.operationId,
        externalId === undefined ? null : storableText(externalId),
        state,
        reason === undefined ? null : JSON.stringify(storableJson({ ...reason })),
      ],
    );
  }
}
